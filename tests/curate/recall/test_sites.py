"""Sites: hosts, and folders where one host holds many documents."""

from __future__ import annotations

from headwater.curate.recall import sites


def found(urls, sources=None):
    numbers, names = sites.find(urls, sources or [""] * len(urls))
    assert len(set(names)) == len(names)
    return [names[number] for number in numbers]


def test_small_hosts_are_sites():
    urls = ["https://A.example/x/1", "http://a.example:80/y", "https://b.example/", "https://b.example/z?q=1#f"]
    assert [name.split("/")[0] for name in found(urls)] == ["a.example"] * 2 + ["b.example"] * 2
    assert len(set(found(urls))) == 2


def test_a_host_with_many_is_cut_at_folders_and_what_is_small_stays_together():
    urls = [f"https://code.example/ann/maths/blob/{i}" for i in range(150)]
    urls += [f"https://code.example/ann/cooking/{i}" for i in range(120)]
    urls += [f"https://code.example/bob/notes/{i % 9}/{i}" for i in range(130)]
    urls += [f"https://code.example/user{i}/a" for i in range(20)]
    names = found(urls)
    assert set(names[:150]) == {"code.example/ann/maths"}
    assert set(names[150:270]) == {"code.example/ann/cooking"}
    assert set(names[270:400]) == {"code.example/bob/notes"}
    assert set(names[400:]) == {"code.example"}


def test_flat_hosts_stay_whole_and_rows_without_address_go_by_source():
    urls = [f"https://wiki.example/wiki/{i}" for i in range(500)]
    assert set(found(urls)) == {"wiki.example/wiki"}
    assert found(["", "", "no address", "http://[::1"], ["books", "", "books", "x"]) == [
        "books",
        sites.NOWHERE,
        "books",
        "x",
    ]


def test_many_documents_at_one_address_end():
    assert len(set(found(["https://a.example/one/two/three/four/five.json#1"] * 400))) == 1


def test_order_does_not_matter():
    urls = [f"https://h.example/{i % 7}/{i % 31}/{i}" for i in range(2_000)]
    assert found(urls) == found(urls[::-1])[::-1]
