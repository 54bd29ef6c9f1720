"""The same stages on Ray: the same bytes, also when a node is killed halfway."""

from __future__ import annotations

import io
import os
import signal
import time
from pathlib import Path

import pytest

from headwater.pipeline import runner
from headwater.pipeline.engine.local import LocalEngine
from headwater.pipeline.progress import Reporter
from headwater.pipeline.stage import Stage
from headwater.pipeline.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
ROOT = str(Path(__file__).parents[2])


def slow_square(task):
    from tests.pipeline.toy import write_square

    time.sleep(0.2)
    return write_square(task)


def stage(count):
    return Stage(
        name="squares", version=1, function="tests.pipeline.test_ray:squares", config=count, fields={"count": count}
    )


def squares(context):
    from headwater.pipeline import phases

    tasks = [{"key": f"n{i}", "number": i} for i in range(context.config)]
    results = phases.run(context, "squares", tasks, "tests.pipeline.test_ray:slow_square")
    return {"counts": {"in": len(results), "kept": len(results), "rejected": {}}}


def make(root, engine, count):
    run = runner.Run(
        place=Workspace(root), name="a", seed=0, recipe=None, report=Reporter(out=io.StringIO()), engine=lambda: engine
    )
    runner.execute(run, [stage(count)])
    return run.finished["squares"].manifest.content


@pytest.fixture
def cluster(monkeypatch, tmp_path):
    """A head without cores and two workers of one core each, on this machine."""
    ray = pytest.importorskip("ray", reason="ray is an extra")
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("PYTHONPATH", ROOT)
    monkeypatch.setenv("TOY_LOG", str(tmp_path / "log"))
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    workers = [made.add_node(num_cpus=1) for _ in range(2)]
    ray.init(address=made.address, log_to_driver=False, configure_logging=False)
    yield made, workers
    ray.shutdown()
    made.shutdown()


def test_a_killed_node_costs_time_and_nothing_else(cluster, tmp_path, monkeypatch):
    from headwater.pipeline.engine.ray import RayEngine

    made, workers = cluster
    count = 40
    engine = RayEngine()
    killed = []
    original = engine._result

    def kill_halfway(reference):
        result = original(reference)
        killed.append(result["number"])
        if len(killed) == count // 2:
            for process in (entry.process for entries in workers[0].all_processes.values() for entry in entries):
                if process.poll() is None:
                    os.kill(process.pid, signal.SIGKILL)
        return result

    monkeypatch.setattr(engine, "_result", kill_halfway)
    on_ray = make(tmp_path / "ray", engine, count)
    assert len(killed) == count
    assert on_ray == make(tmp_path / "local", LocalEngine(1), count)
