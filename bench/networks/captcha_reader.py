"""ddddocr's reader of captchas: its convolutions by network_runner, its LSTM behind them by ONNX Runtime, on pictures that
the package captcha draws. Right answers can be counted: what was drawn is known."""

import ast
import random
import string

import captcha.image
import numpy
import onnx
import onnx.utils
import onnxruntime

import contenders
import fetch
import figures
import graph
from referee import hold_rounds

SIZE = (160, 64)  # width and height
LETTERS = 4
CALIBRATION_PICTURES = 48
CHARSET = "CHARSET_BETA"


class _Seeded:
    """In the place of the module that captcha has its random numbers from: the same pictures in every run."""

    def __init__(self, seed):
        self._random = random.Random(seed)
        self.choice, self.randbits = self._random.choice, self._random.getrandbits

    def randbelow(self, limit):
        return self._random.randrange(limit)


def draw(count, seed):
    """Texts, and their pictures in grey."""
    texts = random.Random(seed)
    captcha.image.secrets = _Seeded(seed)
    artist = captcha.image.ImageCaptcha(*SIZE)
    for _ in range(count):
        text = "".join(texts.choice(string.digits + string.ascii_lowercase) for _ in range(LETTERS))
        yield text, numpy.asarray(artist.generate_image(text).convert("L"))


def _attributes(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def read_nodes(model):
    """The convolutions from the beginning on, with the activations and sums behind them; the last one's value."""
    constants = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    nodes, source = [], {model.graph.input[0].name: "image"}  # of values: the node
    for node in model.graph.node:
        if node.op_type == "Conv":
            attributes = _attributes(node)
            nodes.append(graph.Node(node.output[0], "convolution", source[node.input[0]], constants[node.input[1]],
                                    constants[node.input[2]], attributes["strides"][0], attributes["pads"][0]))
        elif node.op_type == "Mul":  # with the sigmoid of the same value
            nodes[-1].swish = True
        elif node.op_type == "Add":
            nodes[-1].skip = source[node.input[0]]
        elif node.op_type != "Sigmoid":
            break
        source[node.output[0]] = nodes[-1].name
        last = node.output[0]
    nodes[-1].is_f32 = True
    return nodes, last


class Reader:
    def __init__(self, options, folder, progress):
        self._folder = folder
        model = fetch.fetch(fetch.DDDDOCR, options.models, progress.say)
        self._nodes, last = read_nodes(onnx.load(model / "common.onnx"))
        tail = folder / "tail.onnx"
        onnx.utils.extract_model(str(model / "common.onnx"), str(tail), [last], ["387"])
        session_options = onnxruntime.SessionOptions()
        session_options.log_severity_level = 3  # it warns of the model's own shapes
        session_options.intra_op_num_threads = contenders.threads()
        self._tail, self._last = onnxruntime.InferenceSession(str(tail), session_options), last
        self._charset = self._read_charset(model / "charsets.py")
        self._networks = contenders.Networks(options.programs, options.library)
        self._samples = [self._write(f"sample{i}", picture)
                         for i, (_, picture) in enumerate(draw(CALIBRATION_PICTURES, "calibration"))]
        self._files = {"f32": self._describe("f32", self._nodes, None)}
        self._files["int8"] = self._describe("int8", *graph.quantize(self._nodes, self._maxima()))
        self.calibration = folder / "calibration.json"
        with self._networks.start_runner(self._files["int8"], {"WINODNN_CALIBRATE": str(self.calibration)}, True) as process:
            for sample in self._samples:
                self._features(process, sample)

    @staticmethod
    def _read_charset(path):
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(statement, ast.Assign) and statement.targets[0].id == CHARSET:
                return ast.literal_eval(statement.value)
        raise fetch.NotFetched(f"{path}: there is no {CHARSET}")

    def _write(self, name, array):
        path = self._folder / name
        array.tofile(path)
        return path

    def _describe(self, name, nodes, scales):
        described = graph.GraphDescription(nodes, 1, SIZE[1], SIZE[0], scales)
        self._shape = described.size_of(described.last)
        return described.write(self._folder / name, "image", described.last)

    def _maxima(self):
        maxima = {}
        with self._networks.start_runner(self._files["f32"], {}) as process:
            self.isa = process.introduction["isa"]
            for sample in self._samples:
                for name, values in process.ask("maxima", str(sample)).items():
                    maxima[name] = numpy.maximum(maxima.get(name, 0), values)
        return {node.name: maxima[node.name] for node in self._nodes}

    def _features(self, process, path):
        target = self._folder / "features"
        process.ask("run", str(path), str(target))
        channels, height, width = self._shape
        return numpy.fromfile(target, numpy.float32).reshape(1, height, width, channels).transpose(0, 3, 1, 2)

    def _text(self, features):
        """The likeliest letters, each once, without the blanks between them."""
        letters = self._tail.run(None, {self._last: features})[0][:, 0].argmax(axis=1)
        return "".join(self._charset[b] for a, b in zip([0, *letters], letters) if b not in (0, a))

    def start(self, contender):
        return self._networks.start_runner(self._files[contender.network], contender.environment, contender.is_winodnn)

    def read(self, process, pictures):
        """Features and texts."""
        features = [self._features(process, self._write("picture", picture)) for picture in pictures]
        return numpy.stack(features), [self._text(f) for f in features]


def signal_to_noise(actual, expected):
    error = numpy.square(actual - expected).mean()
    return float("inf") if error == 0 else 10 * numpy.log10(numpy.square(expected).mean() / error)


def compare(reader, options, count, progress):
    """A row for each contender, and what makes their times not to be trusted."""
    texts, pictures = zip(*draw(count, "test"))
    those = [c for c in contenders.contenders(reader.isa, options.library, reader.calibration) if c.network != "ncnn"]
    rows, features, answers, processes = [], {}, {}, []
    try:
        for i, contender in enumerate(those):
            progress.show(f"Reading {count} pictures: {contender.title}", i / len(those))
            processes.append(reader.start(contender))
            features[contender.key], answers[contender.key] = reader.read(processes[-1], pictures)
        times, distrust = hold_rounds(options.programs / "referee", [lambda p=p: p.ask("turn") for p in processes],
                                      options.seconds)
    finally:
        for process in processes:
            process.__exit__()
    for contender, process, timed in zip(those, processes, times):
        steps = process.introduction["steps"]
        rows.append({
            "contender": contender.title, "ms": timed.seconds * 1e3 if timed.is_confirmed else None,
            "taken_over": sum(step["implementation"].startswith("wino:") for step in steps),
            "convolutions": sum(step["op"] == "convolution" for step in steps),
            "decibels": float(signal_to_noise(features[contender.key], features["f32"])),
            "same_as_int8": bool((features[contender.key] == features["onednn"]).all()),
            "right": sum(a.lower() == text for a, text in zip(answers[contender.key], texts)),
            "right_letters": sum(a == b for answer, text in zip(answers[contender.key], texts)
                                 for a, b in zip(answer.lower(), text)),
            "as_f32": sum(a == b for a, b in zip(answers[contender.key], answers["f32"]))})
    return rows, distrust


def table(rows, count):
    head = ("", "ms", "taken over", "dB against f32", "bytes", "right", "as f32")
    cells = [head] + [
        (row["contender"], f"{row['ms']:.2f}" if row["ms"] else "?", f"{row['taken_over']} of {row['convolutions']}",
         "same" if row["decibels"] == float("inf") else f"{row['decibels']:.1f}",
         "" if row["contender"].endswith("f32") else "int8's" if row["same_as_int8"] else "others",
         f"{row['right'] / count:.1%}", f"{row['as_f32'] / count:.1%}") for row in rows]
    return figures.aligned(cells, "<>>>>>>")
