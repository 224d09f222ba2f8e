"""Known mistakes of what learns: the step, the batches, the training."""

from __future__ import annotations

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


UPDATE = (
    KnownMistake("two_lists", N_("two lists in place of pairs"), N_("Each layer has its pair (W, b)."), in_two_lists),
    KnownMistake(
        "pair_order",
        N_("b comes before W"),
        N_("Pairs are ordered as in parameters: first W, then b."),
        lambda case: np.shape(case.found[0][0]) == case.expected[0][1].shape != case.expected[0][0].shape,
    ),
    KnownMistake(
        "multiplied",
        N_("the parameters are multiplied by the step"),
        N_("The step is subtracted: w − η · gradient."),
        lambda case: case.came(_old(case) * (1 + _step(case))),
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
        "ascent",
        N_("uphill in place of downhill"),
        N_("The gradient shows where the loss grows. Where do you want to go?"),
        lambda case: case.came(_old(case) - _step(case)),
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
    KnownMistake("epochs_off", N_("the number of epochs"), N_("How often does range(epochs) run?")),
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
        "no_step",
        N_("the network does not change"),
        N_("update returns new parameters and leaves the old ones: who keeps them?"),
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
