"""Posts what somebody else sealed, knowing nothing of what is in it.

Reads what `butterfly seal --json` prints from standard input, and prints the status and body of the
response as JSON.
"""

import json
import sys

import requests


def main():
    sealed = json.load(sys.stdin)
    response = requests.post(
        sealed["endpoint"],
        headers={"Authorization": sealed["authorization"], "Content-Type": sealed["content_type"]},
        data=sealed["body"],
        timeout=30,
    )
    print(json.dumps({"status": response.status_code, "body": response.text}))


if __name__ == "__main__":
    main()
