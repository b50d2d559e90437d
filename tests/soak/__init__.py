"""The app under hours of use: visitors, photos, API calls, model switches and network faults, determined by a seed.

`plan` schedules the events; `visits`, `photos` and `calls` perform them; `machine` and `probes` measure; `conductor`
coordinates; `judgement` evaluates the figures, `report` and `plot` present them. `connects` is a separate measurement:
many connects and disconnects, and the resources they leak.
"""
