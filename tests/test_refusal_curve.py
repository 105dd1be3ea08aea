"""The points of the refusal curve that the report draws."""

from dataclasses import fields

from eval.refusal import Fit


def test_the_curve_counts_each_kind_below_each_threshold():
    known = {f.name: None for f in fields(Fit)} | {"scores": [(0.2, False), (0.6, False), (0.55, True), (0.9, True)]}
    points = {p["threshold"]: p for p in Fit(**known).curve_points()}
    assert (points[0.0]["refused"], points[0.0]["wrongly refused"]) == (0.0, 0.0)
    assert (points[0.5]["refused"], points[0.5]["wrongly refused"]) == (0.5, 0.0)
    assert (points[0.6]["refused"], points[0.6]["wrongly refused"]) == (0.5, 0.5)
    assert (points[1.0]["refused"], points[1.0]["wrongly refused"]) == (1.0, 1.0)
    assert len(points) == 101
