"""Whether a file is an HTTP Archive 1.2: what its specification asks of every entry.

    har_check.py FILE

Prints how many entries there are, and how many of them were answered.
"""

import datetime
import json
import sys

REQUEST = {
    "method": str, "url": str, "httpVersion": str, "cookies": list, "headers": list, "queryString": list,
    "headersSize": (int, float), "bodySize": (int, float),
}
RESPONSE = {
    "status": int, "statusText": str, "httpVersion": str, "cookies": list, "headers": list, "content": dict,
    "redirectURL": str, "headersSize": (int, float), "bodySize": (int, float),
}
KNOWN = {"startedDateTime", "time", "request", "response", "cache", "timings", "comment", "pageref",
         "serverIPAddress", "connection"}


def check(thing, members, where):
    for name, kind in members.items():
        assert isinstance(thing.get(name), kind), f"{where}.{name}: {thing.get(name)!r}"


def check_headers(headers, where):
    for header in headers:
        check(header, {"name": str, "value": str}, where)


def check_entry(entry, number):
    where = f"entries[{number}]"
    for name in entry:
        assert name in KNOWN or name.startswith("_"), f"{where}: {name} is no field of the format"
    assert datetime.datetime.fromisoformat(entry["startedDateTime"]).tzinfo, where
    check(entry["request"], REQUEST, where + ".request")
    check(entry["response"], RESPONSE, where + ".response")
    check_headers(entry["request"]["headers"], where + ".request.headers")
    check_headers(entry["response"]["headers"], where + ".response.headers")
    check(entry["response"]["content"], {"size": int, "mimeType": str}, where + ".response.content")
    if "postData" in entry["request"]:
        check(entry["request"]["postData"], {"mimeType": str, "text": str}, where + ".postData")
    assert isinstance(entry["cache"], dict), where
    timings = entry["timings"]
    for name in ["send", "wait", "receive"]:
        assert timings[name] >= 0, f"{where}.timings.{name}"
    known = [timings.get(name, -1) for name in ["blocked", "dns", "connect", "send", "wait", "receive"]]
    total = sum(value for value in known if value >= 0)
    assert abs(total - entry["time"]) < 0.001, f"{where}: {total} is not {entry['time']}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        log = json.load(file)["log"]
    assert log["version"] == "1.2"
    check(log["creator"], {"name": str, "version": str}, "creator")
    for number, entry in enumerate(log["entries"]):
        check_entry(entry, number)
    starts = [entry["startedDateTime"] for entry in log["entries"]]
    assert starts == sorted(starts), "oldest first"
    answered = sum(entry["response"]["status"] > 0 for entry in log["entries"])
    print(json.dumps({"entries": len(log["entries"]), "answered": answered}))


if __name__ == "__main__":
    main()
