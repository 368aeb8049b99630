"""The main job from end to end, over HTTP, as the people who do it. Run by bin/start --smoke on a stack of its own."""
