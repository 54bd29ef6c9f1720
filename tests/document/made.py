"""Files of many formats, made by hand: small PDFs, Word documents, books and Wikipedia dumps."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape


def pdf(pages: list[list[str]], info: str = "", encrypt: bool = False) -> bytes:
    """A PDF with a line of text for each string; any characters, by a font that only maps codes to Unicode."""
    characters = sorted({char for page in pages for line in page for char in line})
    codes = {char: number for number, char in enumerate(characters, 1)}
    ranges = "\n".join(f"<{code:04X}> <{char.encode('utf-16-be').hex()}>" for char, code in codes.items())
    unicode_map = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(codes)} beginbfchar\n{ranges}\nendbfchar\nendcmap end end"
    )
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    objects.append(
        "<< /Type /Font /Subtype /Type0 /BaseFont /F /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>"
    )
    objects.append(
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /F"
        " /CIDSystemInfo << /Registry (A) /Ordering (I) /Supplement 0 >> /DW 500 /FontDescriptor 6 0 R >>"
    )
    objects.append(f"<< /Length {len(unicode_map)} >>\nstream\n{unicode_map}\nendstream")
    objects.append(
        "<< /Type /FontDescriptor /FontName /F /Flags 4 /FontBBox [0 0 1000 1000] /Ascent 800 /Descent -200 >>"
    )
    kids = []
    for page in pages:
        lines = "\n".join(f"<{''.join(f'{codes[char]:04X}' for char in line)}> Tj 0 -14 Td" for line in page)
        stream = f"BT /F1 10 Tf 50 760 Td\n{lines}\nET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>"
            f" /Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>"
    trailer = "/Root 1 0 R"
    if info:
        objects.append(f"<< {info} >>")
        trailer += f" /Info {len(objects)} 0 R"
    if encrypt:
        password = "41" * 32
        objects.append(f"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{password}> /U <{password}> >>")
        trailer += f" /Encrypt {len(objects)} 0 R /ID [<00> <00>]"
    return _assembled(objects, trailer)


def _assembled(objects: list[str], trailer: str) -> bytes:
    out = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    start = len(out)
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    return out + f"trailer << /Size {len(objects) + 1} {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()


def zipped(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def docx(body: str, title: str = "") -> bytes:
    """A Word document; `body`: paragraphs in WordprocessingML."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    styles = "".join(
        f'<w:style w:styleId="{name}"><w:name w:val="{val}"/></w:style>'
        for name, val in (("1", "heading 1"), ("H2", "heading 2"))
    )
    about = f"<dc:title>{escape(title)}</dc:title><dc:creator>作者</dc:creator>"
    return zipped(
        {
            "word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": f"<w:styles {space}>{styles}</w:styles>",
            "docProps/core.xml": f'<p xmlns:dc="http://purl.org/dc/elements/1.1/">{about}</p>',
        }
    )


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def epub(chapters: list[str], title: str, lang: str = "en") -> bytes:
    names = [f"c{number}" for number in range(len(chapters))]
    items = "".join(f'<item id="{n}" href="text/{n}.xhtml" media-type="application/xhtml+xml"/>' for n in names)
    order = "".join(f'<itemref idref="{n}"/>' for n in names)
    about = f"<title>{escape(title)}</title><creator>A. Author</creator><language>{lang}</language>"
    inside = f"<metadata>{about}<date>2020-02-03</date></metadata><manifest>{items}</manifest><spine>{order}</spine>"
    parts: dict[str, str | bytes] = {
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OEBPS/b.opf"/></rootfiles></container>',
        "OEBPS/b.opf": f"<package>{inside}</package>",
    }
    for name, body in zip(names, chapters, strict=True):
        parts[f"OEBPS/text/{name}.xhtml"] = f"<html><head><title>x</title></head><body>{body}</body></html>"
    return zipped(parts)


def dump(pages: list[tuple[str, str]], lang: str = "zh", more: str = "") -> bytes:
    """A Wikipedia dump of articles by title and wikitext."""
    head = (
        f'<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="{lang}">\n'
        f"  <siteinfo>\n    <sitename>Wikipedia</sitename>\n    <dbname>{lang}wiki</dbname>\n"
        f"    <base>https://{lang}.wikipedia.org/wiki/Main_Page</base>\n    <namespaces>\n"
        '      <namespace key="6" case="first-letter">Bestand</namespace>\n    </namespaces>\n  </siteinfo>\n'
    )
    body = "".join(
        f"  <page>\n    <title>{escape(title)}</title>\n    <ns>0</ns>\n    <id>{number}</id>\n    <revision>\n"
        f"      <id>{number}000</id>\n      <timestamp>2024-05-06T07:08:09Z</timestamp>\n"
        f'      <model>wikitext</model>\n      <text xml:space="preserve">{escape(text)}</text>\n    </revision>\n'
        "  </page>\n"
        for number, (title, text) in enumerate(pages, 1)
    )
    return f"{head}{body}{more}</mediawiki>\n".encode()
