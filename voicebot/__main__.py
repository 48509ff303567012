"""``python -m voicebot``."""

from voicebot.cli import main

if __name__ == "__main__":
    main()
