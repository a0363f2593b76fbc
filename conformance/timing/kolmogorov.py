"""The test of Kolmogorov and Smirnov: whether two samples may come from one distribution."""

import math


def p_value(one, other):
    """How likely samples of one distribution are to differ at least as much as these, for large samples."""
    one, other = sorted(one), sorted(other)
    size = len(one) * len(other) / (len(one) + len(other))
    lambda_ = math.sqrt(size) * _distance(one, other)
    if lambda_ < 0.2:
        return 1.0  # where the series does not converge
    terms = ((-1) ** (k - 1) * math.exp(-2 * (k * lambda_) ** 2) for k in range(1, 101))
    return min(1.0, max(0.0, 2 * sum(terms)))


def _distance(one, other):
    """The largest distance between the two distribution functions."""
    places, most = [0, 0], 0.0
    for value in sorted({*one, *other}):
        for number, sample in enumerate((one, other)):
            while places[number] < len(sample) and sample[places[number]] <= value:
                places[number] += 1
        most = max(most, abs(places[0] / len(one) - places[1] / len(other)))
    return most
