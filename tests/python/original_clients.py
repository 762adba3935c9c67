"""The two clients of the original system that exist in the wild, written anew to the same wire.

    original_clients.py example URL    app_id `my-test-app`: one `get_graph_stats`
    original_clients.py health URL     app_id `health-check-app`: GET /, then `get_graph_stats`

And whatever else a client of that system may ask:

    original_clients.py call URL APP_ID [--seconds N]

URL is the instance's base, such as http://127.0.0.1:5001. The environment gives JWT_SECRET_KEY and
BUTTERFLY_ENCRYPTION_KEY; with BUTTERFLY_ACCESS_KEY tokens name that instead of an app_id, as those of later clients do, and
where APP_ID is not `-` beside it. Prints one JSON object with what was seen; `call` reads queries, one a line, and
prints one object for each. Ends with 0 where all went well.
"""

import argparse
import datetime
import json
import os
import sys

import jwt
import requests
from cryptography.fernet import Fernet, InvalidToken


def invoke(base, app_id, query, seconds=3600):
    """One sealed call, as the original's clients make it: a token for an hour, a Fernet body as text."""
    fernet = Fernet(os.environ["BUTTERFLY_ENCRYPTION_KEY"].encode())
    expires = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    token = jwt.encode({**caller(app_id), "exp": expires}, os.environ["JWT_SECRET_KEY"], algorithm="HS256")
    response = requests.post(
        f"{base}/invoke",
        headers={"Authorization": f"Bearer {token}", "Content-Type": "text/plain"},
        data=fernet.encrypt(json.dumps(query).encode("utf-8")),
        timeout=30,
    )
    seen = {"http_status": response.status_code, "content_type": response.headers.get("Content-Type")}
    try:
        seen["reply"] = json.loads(fernet.decrypt(response.content))
    except InvalidToken:
        seen["unsealed"] = response.text
    return seen


def caller(app_id):
    key = os.environ.get("BUTTERFLY_ACCESS_KEY")
    if not key:
        return {"app_id": app_id}
    return {"access_key": key} if app_id == "-" else {"access_key": key, "app_id": app_id}


def is_well(seen):
    result = seen.get("reply", {}).get("result", {})
    counts = [result.get("total_pointers"), result.get("total_relationships")]
    return seen["http_status"] == 200 and all(isinstance(count, int) for count in counts)


def example(base):
    return invoke(base, "my-test-app", {"action": "get_graph_stats"})


def health(base):
    liveness = requests.get(f"{base}/", timeout=30).status_code
    seen = invoke(base, "health-check-app", {"action": "get_graph_stats"})
    return {**seen, "liveness": liveness}


def call(base, app_id, seconds):
    for line in sys.stdin:
        print(json.dumps(invoke(base, app_id, json.loads(line), seconds)), flush=True)
    return 0


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("client", choices=["example", "health", "call"])
    arguments.add_argument("base")
    arguments.add_argument("app_id", nargs="?")
    arguments.add_argument("--seconds", type=int, default=3600)
    given = arguments.parse_args()
    base = given.base.rstrip("/")
    if given.client == "call":
        return call(base, given.app_id, given.seconds)
    seen = {"example": example, "health": health}[given.client](base)
    print(json.dumps(seen))
    return 0 if is_well(seen) and seen.get("liveness", 200) == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
