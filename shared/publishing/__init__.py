"""From a click on Publish to an outcome: at most one post per click, whatever crashes."""
