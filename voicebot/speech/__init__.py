"""Recognition, synthesis and embeddings, in a process of their own behind Wyoming."""

import warnings

with warnings.catch_warnings():
    # wyoming.audio tries the standard library's audioop first, which warns on Python 3.11 and 3.12.
    warnings.simplefilter("ignore", DeprecationWarning)
    import wyoming.audio  # noqa: F401
