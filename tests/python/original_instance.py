"""A small instance of the original kind, for driving our console against one that is not ours.

    original_instance.py [--mode app_id|access_key] [--first-version] [--port PORT]

The environment gives JWT_SECRET_KEY, BUTTERFLY_ENCRYPTION_KEY and, where tokens name an access key,
ORIGINAL_ACCESS_KEY (it administers the domain `home`). Everything is in memory. There is no list, no
paging, no update and no delete: the original has none. With --first-version a domain is made for the
owner that the query names, connections are `read-write`, and a pointer has the tags that its maker
gave, also none at all. Prints one line, `listening on URL`, when ready; without --port it takes a
free one.
"""

import argparse
import base64
import datetime
import hashlib
import json
import math
import os
import secrets
import sqlite3
import struct
import threading

import jwt
import requests
from cryptography.fernet import Fernet, InvalidToken
from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

CIRCUIT = "internal_circuit::"

SCHEMA = """
CREATE TABLE domains (id TEXT PRIMARY KEY, name TEXT, owner_app_id TEXT);
CREATE TABLE connections (id TEXT PRIMARY KEY, domain_id TEXT, name TEXT, status TEXT);
CREATE TABLE pointers (
    address TEXT PRIMARY KEY, description TEXT, data_reference TEXT UNIQUE, tags TEXT,
    connection_id TEXT, x REAL, y REAL, z REAL, created_at TEXT, last_modified TEXT
);
"""


class Failure(Exception):
    """An action that ends in `status: error`."""


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


def new_id(prefix):
    return f"{prefix}_{secrets.token_hex(6)}"


def coordinates(address):
    """The first three 32-bit words of SHA-256 of the address, each scaled to a full turn."""
    words = struct.unpack(">3I", hashlib.sha256(address.encode()).digest()[:12])
    return [word / 0xFFFFFFFF * 2 * math.pi for word in words]


def gyroid_score(one, other):
    dx, dy, dz = (one[axis] - other[axis] for axis in "xyz")
    terms = [math.sin(dx) * math.cos(dy), math.sin(dy) * math.cos(dz), math.sin(dz) * math.cos(dx)]
    return abs(sum(terms))


class Graph:
    """Pointers, domains and connections, and the actions on them: each takes the query and its caller."""

    def __init__(self, first_version):
        self.first_version = first_version
        self.lock = threading.RLock()
        self.database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self.database.row_factory = sqlite3.Row
        self.database.executescript(SCHEMA)

    def rows(self, sql, *values):
        with self.lock:
            return [dict(row) for row in self.database.execute(sql, values)]

    def one(self, sql, *values, otherwise):
        found = self.rows(sql, *values)
        if not found:
            raise Failure(otherwise)
        return found[0]

    def pointer(self, address):
        sql = "SELECT * FROM pointers WHERE address = ?"
        return shown(self.one(sql, address, otherwise=f"Pointer '{address}' not found."))

    def connection(self, connection_id, caller):
        sql = "SELECT * FROM connections WHERE id = ?"
        connection = self.one(sql, connection_id, otherwise=f"Connection '{connection_id}' not found.")
        self.domain(connection["domain_id"], caller)
        return connection

    def domain(self, domain_id, caller):
        sql = "SELECT * FROM domains WHERE id = ?"
        domain = self.one(sql, domain_id, otherwise=f"Domain '{domain_id}' not found.")
        if domain["owner_app_id"] != caller:
            raise Failure(f"Access denied: '{caller}' does not own domain '{domain_id}'.")
        return domain

    def neighbors(self, pointer):
        others = self.rows("SELECT * FROM pointers WHERE address <> ?", pointer["address"])
        scored = [(gyroid_score(pointer, other), other["address"]) for other in others]
        return [
            {"address": address, "relationship": "gyroid_related", "weight": score}
            for score, address in scored
            if score < 0.5
        ]

    def create_pointer(self, query, caller):
        if query.get("connection_id"):
            self.connection(query["connection_id"], caller)
        address = new_id("ptr")
        moment = now()
        values = [
            address,
            query.get("description", ""),
            query["data_reference"],
            json.dumps(query.get("tags") if self.first_version else query.get("tags") or []),
            query.get("connection_id"),
            *coordinates(address),
            moment,
            moment,
        ]
        try:
            self.rows("INSERT INTO pointers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *values)
        except sqlite3.IntegrityError:
            sql = "SELECT address FROM pointers WHERE data_reference = ?"
            taken = self.rows(sql, query["data_reference"])[0]["address"]
            raise Failure(f"A pointer to this data_reference already exists: {taken}") from None
        return {"pointer": self.pointer(address)}

    def get_pointer(self, query, _caller):
        pointer = self.pointer(query["pointer_address"])
        return {**pointer, "neighbors": self.neighbors(pointer)}

    def get_pointer_summary(self, query, _caller):
        pointer = self.pointer(query["pointer_address"])
        names = ["address", "description", "connection_id", "tags", "created_at", "last_modified"]
        summary = {name: pointer[name] for name in names}
        return {**summary, "neighbor_count": len(self.neighbors(pointer))}

    def search_pointers(self, query, _caller):
        """Descriptions contain the term, tags equal the pattern; both as SQL's LIKE means it."""
        found = [shown(row) for row in self.rows("SELECT * FROM pointers ORDER BY created_at")]
        if query.get("search_term"):
            pattern = f"%{query['search_term']}%"
            found = [it for it in found if self.like(it["description"], pattern)]
        if query.get("search_tags"):
            decide = all if query.get("tag_match_mode", "ALL") == "ALL" else any
            wanted = query["search_tags"]
            found = [it for it in found if decide(self.has_tag(it, tag) for tag in wanted)]
        unwanted = query.get("exclude_tags") or []
        found = [it for it in found if not any(self.has_tag(it, tag) for tag in unwanted)]
        return {"count": len(found), "pointers": found}

    def like(self, text, pattern):
        return bool(self.rows("SELECT ? LIKE ? AS matches", text, pattern)[0]["matches"])

    def has_tag(self, pointer, pattern):
        return any(self.like(tag, pattern) for tag in pointer["tags"])

    def get_graph_stats(self, _query, _caller):
        pointers = [shown(row) for row in self.rows("SELECT * FROM pointers")]
        related = sum(len(self.neighbors(pointer)) for pointer in pointers)
        return {"total_pointers": len(pointers), "total_relationships": related}

    def create_domain(self, query, caller):
        owner = query.get("owner_app_id") if self.first_version else caller
        if not owner:
            raise Failure("Action 'create_domain' requires a 'name' and 'owner_app_id'.")
        domain = {"id": new_id("dom"), "name": query["name"], "owner_app_id": owner}
        self.rows("INSERT INTO domains VALUES (?, ?, ?)", *domain.values())
        return {"domain": domain}

    def create_connection(self, query, caller):
        self.domain(query["domain_id"], caller)
        connection = {
            "id": new_id("conn"),
            "domain_id": query["domain_id"],
            "name": query["name"],
            "status": "read-write" if self.first_version else "active",
        }
        self.rows("INSERT INTO connections VALUES (?, ?, ?, ?)", *connection.values())
        return {"connection": connection}

    def set_connection_status(self, query, caller):
        connection = self.connection(query["connection_id"], caller)
        if query["status"] not in ("active", "disabled"):
            raise Failure("Status must be 'active' or 'disabled'.")
        self.rows("UPDATE connections SET status = ? WHERE id = ?", query["status"], connection["id"])
        return {"connection": {**connection, "status": query["status"]}}

    def assign_pointer_to_connection(self, query, caller):
        connection = self.connection(query["connection_id"], caller)
        pointer = self.pointer(query["pointer_address"])
        self.rows(
            "UPDATE pointers SET connection_id = ?, last_modified = ? WHERE address = ?",
            connection["id"],
            now(),
            pointer["address"],
        )
        return {"pointer": self.pointer(pointer["address"])}

    def get_pointers_for_connection(self, query, caller):
        connection = self.connection(query["connection_id"], caller)
        sql = "SELECT * FROM pointers WHERE connection_id = ? ORDER BY created_at"
        found = self.rows(sql, connection["id"])
        return {"count": len(found), "pointers": [shown(row) for row in found]}

    def get_admin_overview(self, _query, caller):
        domains = self.rows("SELECT * FROM domains WHERE owner_app_id = ?", caller)
        for domain in domains:
            domain["connections"] = self.rows("SELECT * FROM connections WHERE domain_id = ?", domain["id"])
        return {"domains": domains}

    def invoke_through_connection(self, query, caller):
        connection = self.connection(query["connection_id"], caller)
        if connection["status"] == "disabled":
            raise Failure(f"Connection '{connection['id']}' is disabled.")
        pointer = self.pointer(query["pointer_address"])
        if pointer["connection_id"] != connection["id"]:
            where = f"connection '{connection['id']}'"
            raise Failure(f"Pointer '{pointer['address']}' is not assigned to {where}.")
        return self.follow(pointer, caller)

    def follow(self, pointer, caller):
        reference = pointer["data_reference"]
        if reference.startswith(CIRCUIT):
            return self.run_circuit(json.loads(reference[len(CIRCUIT) :]), caller)
        if not reference.startswith(("http://", "https://")):
            raise Unrendered(pointer, "the reference is of no kind that can be fetched")
        try:
            response = requests.get(reference, timeout=10)
            response.raise_for_status()
        except requests.RequestException as error:
            raise Unrendered(pointer, str(error)) from None
        if response.headers.get("Content-Type", "").startswith("application/json"):
            return {"data": response.json()}
        return {
            "data": base64.b64encode(response.content).decode(),
            "content_type": response.headers.get("Content-Type"),
        }

    def run_circuit(self, circuit, caller):
        steps = circuit if isinstance(circuit, list) else [circuit]
        results = [self.run(step, caller) for step in steps]
        return results if isinstance(circuit, list) else results[0]

    def run(self, query, caller):
        action = ACTIONS.get(query.get("action"))
        if not action:
            raise Failure(f"Unknown action: {query.get('action')}")
        try:
            return action(self, query, caller)
        except KeyError as missing:
            raise Failure(f"Action '{query['action']}' requires {missing}.") from None


class Unrendered(Exception):
    """A pointer whose data cannot be had."""

    def __init__(self, pointer, reason):
        super().__init__(reason)
        self.result = {
            "interpretation": f"'{pointer['description']}' cannot be fetched now.",
            "details": f"{pointer['data_reference']}: {reason}",
        }


def shown(row):
    return {**row, "tags": json.loads(row["tags"])}


ACTIONS = {
    action.__name__: action
    for action in [
        Graph.create_pointer,
        Graph.get_pointer,
        Graph.get_pointer_summary,
        Graph.search_pointers,
        Graph.get_graph_stats,
        Graph.create_domain,
        Graph.create_connection,
        Graph.set_connection_status,
        Graph.assign_pointer_to_connection,
        Graph.get_pointers_for_connection,
        Graph.get_admin_overview,
        Graph.invoke_through_connection,
    ]
}


class Door:
    """Who is calling, and what the sealed body says."""

    def __init__(self, mode):
        self.mode = mode
        self.secret = os.environ["JWT_SECRET_KEY"]
        self.fernet = Fernet(os.environ["BUTTERFLY_ENCRYPTION_KEY"].encode())
        self.access_key = os.environ.get("ORIGINAL_ACCESS_KEY")

    def caller(self, header):
        """The app_id, or the owner of the access key's domain; None where the token is refused."""
        try:
            claims = jwt.decode(header.removeprefix("Bearer "), self.secret, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return None
        if self.mode == "app_id":
            return claims.get("app_id")
        given = claims.get("access_key") or ""
        return "home" if self.access_key and secrets.compare_digest(given, self.access_key) else None

    def sealed(self, reply, status):
        return Response(self.fernet.encrypt(json.dumps(reply).encode()), status=status, mimetype="text/plain")


def application(door, graph):
    app = Flask(__name__)

    @app.get("/")
    def home():
        return "The Butterfly System is running."

    @app.get("/capabilities")
    def capabilities():
        return jsonify({"apis": []})

    @app.post("/invoke")
    def invoke():
        caller = door.caller(request.headers.get("Authorization", ""))
        if caller is None:
            return jsonify({"message": "Token is invalid!"}), 401
        try:
            query = json.loads(door.fernet.decrypt(request.get_data()))
        except (InvalidToken, ValueError):
            return door.sealed({"status": "error", "message": "The request could not be processed."}, 400)
        try:
            return door.sealed({"status": "success", "result": graph.run(query, caller)}, 200)
        except Failure as failure:
            return door.sealed({"status": "error", "message": str(failure)}, 200)
        except Unrendered as unrendered:
            return door.sealed({"status": "interpretation_rendered", "result": unrendered.result}, 200)

    return app


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--mode", choices=["app_id", "access_key"], default="app_id")
    arguments.add_argument("--first-version", action="store_true")
    arguments.add_argument("--port", type=int, default=0)
    chosen = arguments.parse_args()
    app = application(Door(chosen.mode), Graph(chosen.first_version))
    server = make_server("127.0.0.1", chosen.port, app, threaded=True)
    print(f"listening on http://127.0.0.1:{server.server_port}/invoke", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
