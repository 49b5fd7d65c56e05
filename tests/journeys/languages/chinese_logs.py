"""Logs without a Latin letter but in what the format defines: any other that the window shows is of the program."""

from __future__ import annotations

from pathlib import Path

from replay_gui.core.recorder.recorder import Recorder
from tests.helpers.logs import SECOND

_START = 1_700_000_000 * SECOND


def write_chinese_run(path: Path, *, task: str, trial: int, searches: str, cancels: bool) -> Path:
    """A run with an event of each kind; it searches for a text, and passes if it cancels the booking."""
    time = _START
    calls = [("查找", searches, None), ("查找", "天气", "找不到"), ("读取", "合同", None)]
    if cancels:
        calls.append(("取消", "预订七", None))
    with Recorder(path, "客服", "1", {"model": "模型", "task_id": task}, run_id=f"{task}{trial}", created=time) as run:
        run.observation("message", "用户", "请取消我的预订。", time=time)
        run.state_transition("计划", "行动", time=time + 1)
        for number, (tool, value, error) in enumerate(calls):
            time += SECOND
            call = run.tool_request(tool, {"值": value}, time=time)
            time += SECOND
            run.tool_response(call, {"结果": [value, number]}, success=error is None, error=error, time=time)
        run.capability_denied("网络", "读取", "不允许", time=time)
        run.memory_write("事实", {"数": trial}, time=time)
        run.memory_read("事实", {"数": trial}, time=time)
        patch = run.patch_proposal("提示", "规则", {"改": 1}, "更好", time=time)
        run.patch_applied(patch, time=time)
        run.error("超时", "没有回答", "网络", time=time)
        run.append("x:其他", {"甲": "乙"}, time=time)
        run.decision("message", "已完成。" if cancels else "无法取消。", time=time, tokens={"input": 100, "output": 20})
        run.outcome(passed=cancels, score=float(cancels), by="评分", time=time)
        run.seal(time)
    return path


def write_chinese_evaluation(folder: Path) -> Path:
    """Two tasks of four trials, two of which cancel and pass."""
    folder.mkdir(exist_ok=True)
    for task in ("甲", "乙"):
        for trial in range(4):
            write_chinese_run(
                folder / f"{task}{trial}.rlog", task=task, trial=trial, searches=f"条件{trial}", cancels=trial % 2 == 0
            )
    return folder
