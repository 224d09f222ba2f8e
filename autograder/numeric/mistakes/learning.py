"""Known mistakes of what learns: the step, the batches, the training."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from autograder.messages import N_
from autograder.numeric.diagnosis import Case, KnownMistake, array, follow, same
from autograder.numeric.mistakes.shared import Array, in_two_lists, of_weights

# ------------------------------------------------------------------------------------------------ update


def _old(case: Case) -> Array:
    return array(follow(case.inputs[0], case.place))


def _step(case: Case) -> Array:
    """Return the right step."""
    return np.asarray(case.wanted - _old(case))


_UPDATE_SIMPLE = (
    KnownMistake("two_lists", N_("two lists in place of pairs"), N_("Each layer has its pair (W, b)."), in_two_lists),
    KnownMistake(
        "flat",
        N_("arrays in one row in place of pairs"),
        N_("Each layer has its pair (W, b): append a tuple of both."),
        lambda case: len(case.found) == 2 * len(case.expected) and all(np.ndim(each) for each in case.found),
    ),
    KnownMistake(
        "pair_order",
        N_("b comes before W"),
        N_("Pairs are ordered as in parameters: first W, then b."),
        lambda case: np.shape(case.found[0][0]) == case.expected[0][1].shape != case.expected[0][0].shape,
    ),
    KnownMistake(
        "layers_lost",
        N_("not every layer comes back"),
        N_("The new parameters have as many pairs as the old ones."),
        lambda case: case.kind == "length" and case.place == (),
    ),
    KnownMistake(
        "unchanged",
        N_("nothing has changed"),
        N_("Do you return the new arrays, or the old ones?"),
        lambda case: all(same(mine, old) for mine, old in zip(case.found[0], case.inputs[0][0], strict=True)),
    ),
    KnownMistake(
        "bias_forgotten",
        N_("the biases stay as they are"),
        N_("b has a gradient too."),
        lambda case: not of_weights(case) and case.came(_old(case)),
    ),
    KnownMistake(
        "weights_forgotten",
        N_("the weights stay as they are"),
        N_("W has a gradient too."),
        lambda case: of_weights(case) and case.came(_old(case)),
    ),
    KnownMistake(
        "step_only",
        N_("the step in place of the new parameters"),
        N_("Where does one come to who starts at the old parameters?"),
        lambda case: case.came(_step(case)) or case.came(-_step(case)),
    ),
    KnownMistake(
        "rate_forgotten",
        N_("the learning rate is forgotten"),
        N_("How long is the step, when learning_rate is small?"),
        lambda case: case.came(_old(case) + _step(case) / case.inputs[2]),
    ),
    KnownMistake(
        "rate_divided",
        N_("divided by the learning rate"),
        N_("A smaller learning rate means smaller steps."),
        lambda case: case.came(_old(case) + _step(case) / case.inputs[2] ** 2),
    ),
)


def _steps(case: Case) -> Iterator[tuple[str, Array]]:
    """Yield what stands in place of the new parameters, beside the key of the mistake that makes it."""
    p, g, rate = _old(case), array(follow(case.inputs[1], case.place)), float(case.inputs[2])
    step = rate * g
    yield from (("ascent", p + step * k) for k in (1, 1 / rate, rate))
    yield from (("sign_of_parameters", value) for value in (-p - step, step - p, -p + step))
    yield from (("rate_added", value) for value in (p - (rate + g), p + rate + g, p - rate - p * g, p - (g - rate)))
    yield from (("gradient_forgotten", p - k) for k in (rate, -rate, rate**2))
    yield from (("rate_at_parameters", value) for value in (rate * (p - g), rate * p - g, p - rate * (p - g)))
    yield from (("decay", (1 - rate) * p - step) for _once in (1,))
    yield from (("only_direction", p - rate * k) for k in (np.sign(g), g / np.linalg.norm(g)))
    yield from (("gradient_changed", p - rate * k) for k in (np.abs(g), g**2, g.mean(), g.sum(), g.max(), g * p))
    yield from (("gradient_divided", value) for value in (p - rate / g, p / step))
    yield from (("exchanged", value) for value in (g - rate * p, g - p, g + rate * p))
    yield from (("parameters_twice", 2 * p - step) for _once in (1,))
    yield from (("multiplied", value) for value in (p * step, -p * step, p * (1 - step), p * (1 + step)))


def _steps_like(key: str) -> Callable[[Case], bool]:
    """Return the test for new parameters that are made as ``key`` says."""
    return lambda case: any(name == key and case.came(value) for name, value in _steps(case))


def _gradient_of_other(case: Case) -> bool:
    """Return whether the step goes along another array: the gradient of another one, or the parameters."""
    p, rate = _old(case), float(case.inputs[2])
    arrays = [array(each) for pair in case.inputs[1] for each in pair]
    others = (*arrays, *(array(each) for pair in case.inputs[0] for each in pair))
    for other in others:
        try:
            if other.size == p.size and case.came(p - rate * other):
                return True
        except ValueError:
            continue
    return False


def _other_factor(case: Case) -> bool:
    """Return whether parameters stand where the learning rate should."""
    p, g = _old(case), array(follow(case.inputs[1], case.place))
    return any(case.came(p - array(each) * g) for pair in case.inputs[0] for each in pair if np.shape(each) == p.shape)


def _other_start(case: Case) -> bool:
    """Return whether the step begins at something else than the parameters it belongs to."""
    p, step = _old(case), _step(case)
    arrays = [array(each) for side in case.inputs[:2] for pair in side for each in pair]
    starts = [each for each in arrays if each.size in (1, p.size) and not np.array_equal(each, p)]
    return any(case.came(start + step) for start in (*starts, np.asarray(case.inputs[2])))


def _step_multiple(case: Case) -> bool:
    """Return whether the step has the right direction and another length."""
    step, mine = _step(case), case.there - _old(case)
    if step.size < 2 or not (mine.any() and step.all()):
        return False
    ratios = mine / step
    return bool(np.ptp(ratios) < 1e-6 * np.abs(ratios).max())


UPDATE = (
    *_UPDATE_SIMPLE,
    KnownMistake(
        "other_gradient",
        N_("another array in place of the gradient"),
        N_("W has dW, b has db, and each layer has its own."),
        _gradient_of_other,
    ),
    *(
        KnownMistake(key, name, hint, _steps_like(key))
        for key, name, hint in (
            (
                "ascent",
                N_("uphill in place of downhill"),
                N_("The gradient shows where the loss grows. Where do you want to go?"),
            ),
            (
                "multiplied",
                N_("the parameters are multiplied by the step"),
                N_("The step is subtracted: w − η · gradient."),
            ),
            (
                "sign_of_parameters",
                N_("the sign of the parameters"),
                N_("The new parameters begin with the old ones, as they are: what is subtracted from what?"),
            ),
            (
                "rate_added",
                N_("the learning rate is added in place of multiplied"),
                N_("The learning rate makes the step shorter: what stands between it and the gradient?"),
            ),
            (
                "gradient_forgotten",
                N_("the gradient is not used"),
                N_("The step is the learning rate times the gradient."),
            ),
            (
                "rate_at_parameters",
                N_("the learning rate acts on the parameters"),
                N_("Only the gradient is multiplied by the learning rate; the old parameters stay as they are."),
            ),
            ("decay", N_("the parameters shrink as well"), N_("A step is w − η · gradient, and nothing else.")),
            (
                "only_direction",
                N_("only the direction of the gradient"),
                N_("Where the slope is steep, the step is long: the gradient goes in with its size."),
            ),
            (
                "gradient_changed",
                N_("the gradient is changed"),
                N_("The gradient goes in as it is, entry by entry, with its sign."),
            ),
            (
                "gradient_divided",
                N_("divided by the gradient"),
                N_("A step is w − η · gradient: where the slope is steep, the step is long."),
            ),
            (
                "exchanged",
                N_("parameters and gradients have changed places"),
                N_("The step starts at the parameters and follows the gradient: who is who in your loop?"),
            ),
            (
                "parameters_twice",
                N_("the old parameters are added once more"),
                N_("A step is w − η · gradient: w comes in once."),
            ),
        )
    ),
    KnownMistake(
        "rate_replaced",
        N_("something else in place of the learning rate"),
        N_("The gradient is multiplied by learning_rate, one number for all parameters."),
        _other_factor,
    ),
    KnownMistake(
        "other_start",
        N_("the step begins at other parameters"),
        N_("Each array goes on from its own old value: W from W, b from b."),
        _other_start,
    ),
    KnownMistake(
        "step_length",
        N_("the step has another length"),
        N_("Its direction is right. By what is the gradient multiplied, and how often?"),
        _step_multiple,
    ),
)

# ------------------------------------------------------------------------------------------------ minibatches, train

MINIBATCHES = (
    KnownMistake("no_pairs", N_("batches without labels"), N_("yield X_batch, y_batch makes a pair.")),
    KnownMistake("exchanged", N_("X and y have changed places"), N_("The images come first.")),
    KnownMistake(
        "apart",
        N_("X and y are shuffled apart"),
        N_("Draw one order and use it for both."),
    ),
    KnownMistake("endless", N_("no end"), N_("An epoch ends when every row had its turn.")),
    KnownMistake(
        "empty_batch", N_("an empty batch"), N_("Where does the last batch start if the number of rows is a multiple?")
    ),
    KnownMistake(
        "last_batch_lost",
        N_("the last batch gets lost"),
        N_("If the rows do not divide evenly, a shorter batch is left over: it counts too."),
    ),
    KnownMistake(
        "first_batch_only",
        N_("only the first batch comes"),
        N_("Does return stand inside of the loop? yield goes on afterwards."),
    ),
    KnownMistake(
        "batch_size_ignored",
        N_("batch_size is not used"),
        N_("How many rows has each batch, and how many should it have?"),
    ),
    KnownMistake(
        "size_and_number",
        N_("the number of batches and their size are mixed up"),
        N_("batch_size says how many rows a batch has, not how many batches there are."),
    ),
    KnownMistake(
        "overlapping",
        N_("batches overlap"),
        N_("A slice ends before its second number: order[start : end] does not hold order[end]."),
    ),
    KnownMistake(
        "several_epochs", N_("more than one epoch"), N_("Every row has its turn once; the next epoch is the next call.")
    ),
    KnownMistake(
        "with_replacement",
        N_("drawn with replacement"),
        N_("Some rows come twice, others never. rng.permutation puts each in its place once."),
    ),
    KnownMistake(
        "drawn_anew",
        N_("some rows come twice, others never"),
        N_("Draw one order for the whole epoch, and cut it into pieces that meet without gap or overlap."),
    ),
    KnownMistake(
        "rows_left_out",
        N_("rows are left out"),
        N_("From where to where does the loop go, in which steps, and where does each slice end?"),
    ),
    KnownMistake(
        "whole_set",
        N_("every batch is the whole set"),
        N_("Which rows of X and y belong to this batch?"),
    ),
    KnownMistake(
        "two_lists",
        N_("two lists in place of pairs"),
        N_("yield X_batch, y_batch gives one pair after the other."),
    ),
    KnownMistake(
        "single_rows",
        N_("a single row in place of a batch"),
        N_("X[k] is one row without its axis; X[a:b] and X[numbers] are matrices."),
    ),
    KnownMistake(
        "row_numbers",
        N_("numbers in place of rows"),
        N_("A batch holds the rows of X and of y themselves, each whole."),
    ),
    KnownMistake("from_y", N_("X_batch is taken from y"), N_("The first of the pair holds rows of X.")),
    KnownMistake("from_X", N_("y_batch is taken from X"), N_("The second of the pair holds rows of y.")),
    KnownMistake(
        "rows_changed",
        N_("the rows are changed"),
        N_("Shuffling changes the order of the rows, and nothing in them."),
    ),
    KnownMistake(
        "unequal_batches",
        N_("X_batch and y_batch of unequal length"),
        N_("Both are cut out of X and y by the same numbers."),
    ),
    KnownMistake("not_shuffled", N_("not shuffled"), N_("The rows come in their old order.")),
    KnownMistake(
        "same_order",
        N_("the same order in every epoch"),
        N_("Draw a new order from rng at every call, from the rng that you were given."),
    ),
    KnownMistake(
        "rng_ignored",
        N_("chance comes from elsewhere"),
        N_("np.random.… knows nothing of the rng that you were given: call its methods."),
    ),
    KnownMistake(
        "batches_shuffled",
        N_("the batches are shuffled, not the rows"),
        N_("The same rows meet in every epoch. Shuffle before you cut."),
    ),
    KnownMistake(
        "within_batches",
        N_("shuffled within the batches only"),
        N_("The same rows meet in every epoch. Shuffle before you cut."),
    ),
    KnownMistake(
        "partly_shuffled",
        N_("some rows are never shuffled"),
        N_("The order goes over all rows, from the first to the last."),
    ),
)

TRAIN = (
    KnownMistake(
        "no_pair", N_("the pair (parameters, history) is missing"), N_("return parameters, history makes a pair.")
    ),
    KnownMistake("exchanged", N_("parameters and history have changed places"), N_("The parameters come first.")),
    KnownMistake(
        "layers_fixed", N_("layer_sizes is not used"), N_("The network has as many neurons as layer_sizes says.")
    ),
    KnownMistake(
        "history_per_batch", N_("history holds every batch"), N_("One entry an epoch: the mean over its batches.")
    ),
    KnownMistake("history_empty", N_("history stays empty"), N_("At the end of each epoch its mean loss is appended.")),
    KnownMistake(
        "history_start", N_("history begins with a value of its own"), N_("The first entry belongs to the first epoch.")
    ),
    KnownMistake(
        "epochs_off",
        N_("not one entry for each epoch"),
        N_("How often does the loop over the epochs run, and what is appended in it?"),
    ),
    KnownMistake(
        "stops_early",
        N_("return inside of the loop"),
        N_("return ends the function at once, whatever loop it stands in."),
    ),
    KnownMistake(
        "batches_used_up",
        N_("the batches are used up after the first epoch"),
        N_("What yields can be run through only once. Call minibatches anew in every epoch."),
    ),
    KnownMistake("history_entries", N_("history holds more than numbers"), N_("Each entry is one number, in no list.")),
    KnownMistake(
        "history_summed", N_("sum in place of mean"), N_("The loss of an epoch is the mean over its batches.")
    ),
    KnownMistake(
        "history_one_batch",
        N_("the loss of a single batch"),
        N_("Which batches does the loss of an epoch speak of? Collect them all, then take the mean."),
    ),
    KnownMistake(
        "history_cumulated", N_("epochs are added up"), N_("Every epoch begins with an empty list of losses.")
    ),
    KnownMistake("history_accuracy", N_("accuracy in place of the loss"), N_("history holds cross_entropy.")),
    KnownMistake(
        "history_length",
        N_("the number of entries in history"),
        N_("At the end of each epoch, and only there, one number is appended."),
    ),
    KnownMistake(
        "history_not_finite",
        N_("history holds no numbers that count"),
        N_("nan comes from the mean of nothing, and from a network whose steps are far too long."),
    ),
    KnownMistake("history_sign", N_("the sign of the loss"), N_("cross_entropy is positive, and it should fall.")),
    KnownMistake(
        "history_divided",
        N_("the loss is divided once too often"),
        N_("cross_entropy is a mean already: by the number of what is the sum over the batches divided?"),
    ),
    KnownMistake(
        "history_factor",
        N_("a factor at the loss"),
        N_("history holds the mean of cross_entropy over the batches of an epoch, and nothing else."),
    ),
    KnownMistake("history_median", N_("the median in place of the mean"), N_("The mean loss is asked for.")),
    KnownMistake(
        "history_other",
        N_("another number than the mean loss"),
        N_("What goes into cross_entropy, y first, and over what is the mean taken?"),
    ),
    KnownMistake(
        "no_step",
        N_("the loss stays as it is"),
        N_("Is it the loss that history holds? And does what update returns reach the next forward?"),
    ),
    KnownMistake(
        "one_epoch",
        N_("only one epoch makes steps"),
        N_("Does return stand inside of a loop? And what yields can be run through only once."),
    ),
    KnownMistake(
        "one_step",
        N_("only one step counts"),
        N_("Each step begins where the one before ended: the new parameters take the place of the old ones."),
    ),
    KnownMistake("two_steps", N_("every step twice"), N_("One step for each batch: how often is update called?")),
    KnownMistake(
        "not_averaged",
        N_("sum in place of mean"),
        N_("backward gives the mean over the batch, and so should the step: what multiplies it?"),
    ),
    KnownMistake(
        "rate_twice",
        N_("the learning rate comes in twice"),
        N_("update multiplies by the learning rate already."),
    ),
    KnownMistake(
        "ascent", N_("uphill in place of downhill"), N_("The loss should fall. What does update do with its sign?")
    ),
    KnownMistake(
        "rate_ignored", N_("learning_rate is not used"), N_("Give update the learning rate that you were given.")
    ),
    KnownMistake("averaged_twice", N_("averaged twice"), N_("backward already gives the mean over the batch.")),
    KnownMistake(
        "one_step_an_epoch",
        N_("one step an epoch"),
        N_("Every batch has its step, and its size is batch_size: what stands inside of which loop?"),
    ),
    KnownMistake("last_batch_lost", N_("a batch is left out"), N_("Count the steps of an epoch: one for each batch.")),
    KnownMistake(
        "starts_anew", N_("every epoch starts anew"), N_("The random weights are drawn once, before the first epoch.")
    ),
    KnownMistake("frozen", N_("some parameters never change"), N_("Every layer learns, W and b.")),
    KnownMistake(
        "step_size",
        N_("the steps have another size"),
        N_("One step for each batch: minus learning_rate times the gradient, and nothing else."),
    ),
    KnownMistake(
        "apart",
        N_("X and y do not belong together"),
        N_("forward, backward and the labels speak of the same batch: look at what each of them gets."),
    ),
    KnownMistake(
        "equal_start",
        N_("all neurons of a layer start alike"),
        N_("With equal weights they learn the same for ever. init_parameters draws different ones."),
    ),
    KnownMistake(
        "rng_ignored",
        N_("chance comes from elsewhere"),
        N_("Weights and order both come from the rng that you were given."),
    ),
    KnownMistake(
        "rng_seeded",
        N_("the same chance in every training"),
        N_("A generator with a seed of its own always says the same. Use the rng that you were given."),
    ),
    KnownMistake("not_shuffled", N_("not shuffled"), N_("minibatches, called with rng, brings a new order.")),
    KnownMistake(
        "same_order",
        N_("the same order in every epoch"),
        N_("Call minibatches anew in every epoch, with the rng that you were given."),
    ),
)
