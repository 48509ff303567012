"""SIP, RTP and audio; nothing of cities, intents or databases."""
