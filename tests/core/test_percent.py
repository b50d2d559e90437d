from core.percent import percent


def test_a_share_is_written_with_a_space_and_the_decimals_asked_for() -> None:
    assert percent(0.8149) == "81 %"
    assert percent(0.8149, 1) == "81.5 %"
    assert percent(1.0, 1) == "100.0 %"
