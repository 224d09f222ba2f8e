"""The pictures of Aufgabe 2 stand for any network, say German words and stay white."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from autograder.messages import number
from autograder.notebook import training_plots as plots
from autograder.numeric import ParameterCheck, check_gradients, load_digits, random_parameters

mpl.use("Agg")
X, LABELS = (array[:40] for array in load_digits())


@pytest.fixture(autouse=True)
def _closed(monkeypatch):
    """Let figures live until they were looked at."""
    monkeypatch.setattr(plots, "show", lambda _figure: None)
    plt.close("all")
    yield
    plt.close("all")


def _drawn():
    figure = plt.gcf()
    figure.canvas.draw()
    assert figure.get_facecolor() == (1, 1, 1, 1)
    return figure


def _titles():
    return [text.get_text() for text in _drawn().axes[0].texts]


def _pasted():
    """How many images are in the one that is shown."""
    (image,) = _drawn().axes[0].images
    return np.isfinite(np.ma.filled(image.get_array(), np.nan)).sum() / 64


def _shares(wrong):
    shares = np.full((40, 10), 0.01)
    shares[np.arange(40), (LABELS + (np.arange(40) < wrong)) % 10] = 0.91
    return shares


def test_digits():
    """An image for each, with its label."""
    plots.plot_digits(X, LABELS, 7)
    assert _titles() == [str(label) for label in LABELS[:7]]
    assert _pasted() == 7


@pytest.mark.parametrize("history", [[2.0], [2.3, 0.1, 0.01], (1.0, 1.0), np.array([2.0, 1.0])])
def test_loss(history):
    """One epoch or many, in any kind of sequence."""
    plots.plot_loss(history)
    assert _drawn().axes[0].get_xlabel() == "Epoche"


@pytest.mark.parametrize("dtype", [int, float])
def test_confusion(dtype):
    """Labels may be floats; the title counts the hits."""
    plots.plot_confusion(LABELS, ((LABELS + (np.arange(40) < 3)) % 10).astype(dtype))
    assert _drawn().axes[0].get_title() == "37 von 40 richtig"


@pytest.mark.parametrize("wrong", [1, 4, 30])
def test_mistakes(wrong):
    """The surest first, ten at most."""
    plots.plot_mistakes(X, LABELS, _shares(wrong))
    titles = _titles()
    assert len(titles) == _pasted() == min(wrong, 10)
    assert "gelesen als" in titles[0]
    assert "91 %" in titles[0]


def test_no_mistakes(capsys):
    """A network without a mistake gets a word in place of a picture."""
    plots.plot_mistakes(X, LABELS, _shares(0))
    assert "Kein einziger Fehler" in capsys.readouterr().out
    assert not plt.get_fignums()


@pytest.mark.parametrize("n", [1, 10, 64])
@pytest.mark.parametrize("scale", [0.0, 1.0])
def test_weights(n, scale):
    """One image for each neuron of the first layer, also where all weights are 0."""
    plots.plot_weights([(scale * np.random.default_rng(1).normal(size=(64, n)), np.zeros(n))])
    assert _pasted() == n


@pytest.mark.parametrize(("factor", "mark"), [(1.0, "✓"), (2.0, "✗")])
def test_gradient_check(factor, mark):
    """A mark for each parameter, a picture for each layer."""
    network = random_parameters([3, 4, 2], np.random.default_rng(2))
    gradients = [(factor * 2 * W, 2 * b) for W, b in network]
    plots.plot_gradient_check(
        check_gradients(lambda p: sum((W**2).sum() + (b**2).sum() for W, b in p), network, gradients)
    )
    axes = _drawn().axes
    assert [axis.get_title() for axis in axes] == ["Schicht 1", "Schicht 2"]
    W, b = (text.get_text() for text in axes[0].texts[1:])
    assert W.endswith(mark)
    assert b.endswith("✓")
    assert ("W" in W, "b" in b) == (True, True)


@pytest.mark.filterwarnings("ignore:invalid value")  # of what is endless
@pytest.mark.parametrize("largest", [0.0, 3e-7, 0.0999, 0.1, 7.5, 1e5, np.inf])
def test_ticks_of_any_gradient(largest):
    """Nought and a round number on either side, within the picture."""
    entries = np.array([largest, -largest / 2])
    plots.plot_gradient_check([ParameterCheck("W", 1, entries, entries)])
    axis = _drawn().axes[0]
    left, middle, right = axis.get_xticks()
    assert (left, middle) == (-right, 0)
    assert axis.get_xlim()[1] > right > 0
    assert not np.isfinite(largest) or right >= largest / 2
    assert [label.get_text() for label in axis.get_xticklabels()] == list(map(number, (left, middle, right)))


def test_gradient_of_another_shape_is_named():
    """It cannot be drawn, but said."""
    network = random_parameters([3, 2], np.random.default_rng(2))
    checks = check_gradients(lambda p: float((p[0][0] ** 2).sum()), network, [(network[0][0].T, network[0][1])])
    plots.plot_gradient_check(checks)
    assert "Form (2, 3) statt (3, 2)" in _drawn().axes[0].texts[1].get_text()


@pytest.mark.parametrize("error", [NotImplementedError(), NameError("name 'train'", name="train")])
def test_unwritten_functions_are_no_error(error, capsys):
    """Cells below an empty task say so and let the notebook go on."""
    with plots.when_written():
        raise error
    assert capsys.readouterr().out.strip()


def test_other_errors_are_shown():
    """A student's own mistake must be seen."""
    with pytest.raises(ZeroDivisionError), plots.when_written():
        raise ZeroDivisionError


def _checked(change, sizes=(5, 4, 3), n=7):
    from autograder.grading import solutions

    correct = solutions("2_netzwerk")
    rng = np.random.default_rng(3)
    network = random_parameters(sizes, rng)
    images, y = rng.normal(size=(n, sizes[0])), np.eye(sizes[-1])[rng.integers(sizes[-1], size=n)]
    plots.gradient_check(
        correct.forward, lambda *given: change(correct.backward(*given)), correct.cross_entropy, images, y, network
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda gradients: gradients, ""),
        (lambda gradients: [(-dW, -db) for dW, db in gradients], "Vorzeichen"),
        (lambda gradients: [(7 * dW, 7 * db) for dW, db in gradients], "Summe statt"),
        (lambda gradients: [(dW / 7, db / 7) for dW, db in gradients], "ein Mittelwert zu viel"),
        (lambda gradients: [(dW, 2 * db) for dW, db in gradients], "(8)"),
        (lambda gradients: [(dW * (1 + k), db) for (dW, db), k in zip(gradients, (1, 0), strict=True)], "(10)"),
        (lambda gradients: [(dW * (1 + k), db) for (dW, db), k in zip(gradients, (1, 2), strict=True)], "(9)"),
    ],
)
def test_gradient_check_says_where_to_look(change, said, capsys):
    """A right gradient needs no word; a wrong one gets a clue beside its picture."""
    _checked(change)
    told = capsys.readouterr().out
    assert said in told
    assert bool(told) == bool(said)
    assert [axis.get_title() for axis in _drawn().axes] == ["Schicht 1", "Schicht 2"]


def test_gradient_check_of_a_large_network_measures_some_entries():
    """A student's own network of thousands of weights takes a moment, not minutes."""
    _checked(lambda gradients: gradients, sizes=(64, 32, 10), n=4)
    points = [sum(len(dots.get_offsets()) for dots in axis.collections) for axis in _drawn().axes]
    assert points == [plots.CHECKED + 32, plots.CHECKED + 10]
