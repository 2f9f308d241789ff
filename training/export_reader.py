"""Write the graph that runs the reader beside its weights: `python -m training.export_reader FOLDER`.

The weights stay where stock transformers look for them, in half precision in `model.safetensors`; `model.onnx` holds no
weight of its own but points into that file (ONNX external data, by offset). When onnxruntime opens it, it turns the
linear layers into 8-bit integers once (constant folding), with a scale for each output, and the activations into 8 bits
as they come (dynamic quantisation), which the VNNI instructions of present processors multiply four times as fast.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

_LEVELS = 127  # of a weight, on either side of nothing


class _Graph:
    """Nodes and constants of a graph as it grows; every method returns the name of its output."""

    def __init__(self, weights: dict[str, np.ndarray], offsets: dict[str, tuple[int, int]]) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._weights, self._offsets = weights, offsets
        self._known: set[str] = set()
        self._quantised: dict[str, tuple[str, str]] = {}
        self.last_axis = self.constant(np.array([-1], np.int64))
        self.middle = self.constant(np.array(128, np.uint8))
        self.one = self.constant(np.array(1, np.float32))
        self.least = self.constant(np.array(1e-8, np.float32))

    def op(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        names = [f"{kind}_{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value: np.ndarray) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def weight(self, name: str) -> str:
        """A weight of model.safetensors, as single precision."""
        if name not in self._known:
            self._known.add(name)
            tensor = TensorProto(name=name, data_type=TensorProto.FLOAT16, dims=self._weights[name].shape)
            tensor.data_location = TensorProto.EXTERNAL
            begin, end = self._offsets[name]
            for key, value in (("location", "model.safetensors"), ("offset", begin), ("length", end - begin)):
                tensor.external_data.add(key=key, value=str(value))
            self.constants.append(tensor)
        return str(self.op("Cast", name, to=TensorProto.FLOAT))

    def linear(self, x: str, name: str, *, whole: bool = False) -> str:
        """x W' + b, in 8-bit integers unless `whole`."""
        w = self._weights[f"{name}.weight"].astype(np.float32)
        weight = self.op("Transpose", self.weight(f"{name}.weight"), perm=[1, 0])
        if whole:
            product = self.op("MatMul", x, weight)
        else:
            scale = np.maximum(np.abs(w).max(1), 1e-8) / _LEVELS
            rounded = self.op("Round", self.op("Div", weight, self.constant(scale.astype(np.float32))))
            integers = self.op("Cast", rounded, to=TensorProto.INT8)
            quantised, step = self.quantised(x)
            # the scale of each output in the kernel, the step of each token after it: the kernel takes one step for all
            columns = self.constant(scale.astype(np.float32))
            counted = self.op(
                "MatMulIntegerToFloat", quantised, integers, self.one, columns, self.middle, domain="com.microsoft"
            )
            product = self.op("Mul", counted, step)
        return str(self.op("Add", product, self.weight(f"{name}.bias")))

    def quantised(self, x: str) -> tuple[str, str]:
        """Activations in 8 bits and the step of each token: one for the whole batch would lose a point of F1, and make
        what is said of a passage depend on those that are read beside it."""
        if x not in self._quantised:
            most = self.op("ReduceMax", self.op("Abs", x), self.last_axis, keepdims=1)
            step = self.op("Div", self.op("Max", most, self.least), self.constant(np.array(_LEVELS, np.float32)))
            levels = self.op("Mul", x, self.op("Reciprocal", step))
            # a cast cuts off what follows the point: half a level more, and it rounds
            shifted = self.op("Add", levels, self.constant(np.array(128.5, np.float32)))
            self._quantised[x] = str(self.op("Cast", shifted, to=TensorProto.UINT8)), str(step)
        return self._quantised[x]

    def norm(self, x: str, name: str, epsilon: float) -> str:
        gain, shift = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return str(self.op("LayerNormalization", x, gain, shift, axis=-1, epsilon=epsilon))


def build(folder: Path, *, whole: bool = False) -> onnx.ModelProto:
    """The graph of a BERT with a head for spans and one for relevance: ids, types, there (batch, length) int64 -> start and
    end logits (batch, length), relevance (batch,)."""
    config = json.loads((folder / "config.json").read_text("utf-8"))
    weights, offsets = _stored(folder / "model.safetensors")
    graph = _Graph(weights, offsets)
    heads, width = config["num_attention_heads"], config["hidden_size"]
    epsilon, size = config["layer_norm_eps"], width // heads
    prefix = "bert.embeddings."
    x = graph.op("Gather", graph.weight(f"{prefix}word_embeddings.weight"), "ids")
    x = graph.op("Add", x, graph.op("Gather", graph.weight(f"{prefix}token_type_embeddings.weight"), "types"))
    length = graph.op("Shape", "ids", start=1, end=2)
    zero, one = graph.constant(np.array(0, np.int64)), graph.constant(np.array(1, np.int64))
    places = graph.op("Range", zero, graph.op("Squeeze", length), one)
    x = graph.op("Add", x, graph.op("Gather", graph.weight(f"{prefix}position_embeddings.weight"), places))
    x = graph.norm(x, f"{prefix}LayerNorm", epsilon)
    absent = graph.op("Sub", graph.constant(np.array(1, np.float32)), graph.op("Cast", "there", to=TensorProto.FLOAT))
    closed = graph.op("Mul", absent, graph.constant(np.array(-1e4, np.float32)))
    closed = graph.op("Unsqueeze", closed, graph.constant(np.array([1, 2], np.int64)))
    apart = graph.constant(np.array([0, 0, heads, size], np.int64))
    together = graph.constant(np.array([0, 0, width], np.int64))
    scale = graph.constant(np.array(size**-0.5, np.float32))
    for number in range(config["num_hidden_layers"]):
        layer = f"bert.encoder.layer.{number}."
        parts = {}
        for part, turn in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])):
            y = graph.linear(x, f"{layer}attention.self.{part}", whole=whole)
            parts[part] = graph.op("Transpose", graph.op("Reshape", y, apart), perm=turn)
        scores = graph.op("Mul", graph.op("MatMul", parts["query"], parts["key"]), scale)
        shares = graph.op("Softmax", graph.op("Add", scores, closed), axis=-1)
        y = graph.op("Transpose", graph.op("MatMul", shares, parts["value"]), perm=[0, 2, 1, 3])
        y = graph.linear(graph.op("Reshape", y, together), f"{layer}attention.output.dense", whole=whole)
        x = graph.norm(graph.op("Add", x, y), f"{layer}attention.output.LayerNorm", epsilon)
        y = graph.op("Gelu", graph.linear(x, f"{layer}intermediate.dense", whole=whole))
        y = graph.linear(y, f"{layer}output.dense", whole=whole)
        x = graph.norm(graph.op("Add", x, y), f"{layer}output.LayerNorm", epsilon)
    both = graph.linear(x, "qa_outputs", whole=True)
    ends = graph.op("Split", both, axis=-1, num_outputs=2, outputs=2)
    last = graph.constant(np.array([-1], np.int64))
    judge = load_file(folder / "relevance.safetensors")
    about = graph.op("Gather", x, graph.constant(np.array(0, np.int64)), axis=1)
    about = graph.op("MatMul", about, graph.constant(judge["weight"].T.copy()))
    about = graph.op("Add", about, graph.constant(judge["bias"]))
    graph.nodes.append(helper.make_node("Squeeze", [about, last], ["relevance"]))
    for name, end in zip(("start", "end"), ends, strict=True):
        graph.nodes.append(helper.make_node("Squeeze", [end, last], [name]))
    shape = ["batch", "length"]
    return helper.make_model(
        helper.make_graph(
            graph.nodes, "reader",
            [helper.make_tensor_value_info(n, TensorProto.INT64, shape) for n in ("ids", "types", "there")],
            [
                *(helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n in ("start", "end")),
                helper.make_tensor_value_info("relevance", TensorProto.FLOAT, ["batch"]),
            ],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)], ir_version=10,
    )  # fmt: skip


def _stored(path: Path) -> tuple[dict[str, np.ndarray], dict[str, tuple[int, int]]]:
    """The tensors of a safetensors file, and where in the file each one's bytes begin and end."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    offsets = {
        name: (entry["data_offsets"][0] + 8 + size, entry["data_offsets"][1] + 8 + size)
        for name, entry in header.items()
        if name != "__metadata__"
    }
    return load_file(path), offsets


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "folder",
        type=Path,
        help="of a BertForQuestionAnswering in half precision, with relevance.safetensors beside it",
    )
    folder = parser.parse_args().folder
    onnx.save(build(folder), folder / "model.onnx")


if __name__ == "__main__":
    main()
