"""`corridor demo`: three real processes, two States, one case, played through the API as the officers would."""
