"""The page under hours of use: visitors, photos, API calls, model switches and network faults, by a seed.

`plan` says who comes when; `visits`, `photos` and `calls` do it; `machine` and `probes` measure meanwhile; `conductor`
leads; `judgement` says what the figures mean, `report` and `plot` tell them. `connects` is another measurement: many
connects and disconnects, and what they leave behind.
"""
