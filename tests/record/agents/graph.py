"""An agent as a graph of LangGraph, with LangChain's tools."""

from typing import Any, TypedDict

import openai
from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph


class State(TypedDict, total=False):
    messages: list[Any]
    topics: list[str]
    answer: str


@tool
def search(query: str, limit: int) -> list[str]:
    """Search."""
    return [f"{query} {n}" for n in range(limit)]


@tool
def fetch(page: str) -> str:
    """Fetch."""
    return f"text of {page}"


def ask(url: str, messages: list[Any]) -> str:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="key") as client:
        answer = client.chat.completions.create(model="large", temperature=0, messages=messages)
    return answer.choices[0].message.content or ""


def main(url: str) -> str:
    def plan(state: State) -> State:
        messages: list[Any] = [
            {"role": "system", "content": "You are a careful helper."},
            {"role": "user", "content": "How long is the fjord?"},
        ]
        return {"messages": messages, "topics": ask(url, messages).split(",")}

    def act(state: State) -> State:
        first, second = state["topics"]
        hits = search.invoke({"query": first, "limit": 3})
        page = fetch.invoke({"page": second})
        return {"messages": [*state["messages"], {"role": "user", "content": " | ".join([*hits, page])}]}

    def conclude(state: State) -> State:
        messages = state["messages"]
        return {"answer": ask(url, messages)}

    graph = StateGraph(State)
    for node in (plan, act, conclude):
        graph.add_node(node.__name__, node)
    graph.add_edge(START, "plan")
    graph.add_edge("plan", "act")
    graph.add_edge("act", "conclude")
    graph.add_edge("conclude", END)
    return str(graph.compile().invoke({"answer": ""})["answer"])
