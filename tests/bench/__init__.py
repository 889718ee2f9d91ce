"""`make bench`: this bot and stock Rasa, built from the same data, side by side in one run. See docs/bench.md."""
