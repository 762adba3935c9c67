//! The rows: what is tried or goes wrong, and what happens then.

/// A row.
pub struct Row {
    /// Its number, which the names of its tests bear.
    pub number: u8,
    /// What is tried, or goes wrong.
    pub case: &'static str,
    /// What happens.
    pub happens: &'static str,
}

const fn row(number: u8, case: &'static str, happens: &'static str) -> Row {
    Row {
        number,
        case,
        happens,
    }
}

/// All rows, in order.
pub const ROWS: &[Row] = &[
    row(
        1,
        "A token with another algorithm, or with none",
        "401; only HS256 is compiled in",
    ),
    row(2, "A critical header member, or an unencoded payload", "401"),
    row(
        3,
        "A key id that is a path, a query or a URL",
        "401; key ids have one form and are looked up in a map, nothing else",
    ),
    row(
        4,
        "Keys, or places of keys, in the header",
        "401, and nothing is fetched",
    ),
    row(
        5,
        "An empty or short token secret",
        "refused when it is imported, and when an instance starts",
    ),
    row(6, "A token for another instance", "401"),
    row(7, "A token or body of another type", "401"),
    row(
        8,
        "An expiry that is missing, no whole number, or far away",
        "401; the lifetime is capped",
    ),
    row(
        9,
        "Clocks that differ",
        "29 seconds pass and 61 do not; whoever holds the right secret is told that it is the clock; when it is right again, so is everything",
    ),
    row(
        10,
        "The same token many times at once",
        "exactly one call executes",
    ),
    row(
        11,
        "A token replayed after a restart",
        "refused: the audit trail remembers",
    ),
    row(
        12,
        "More tokens than are remembered",
        "429; none that still counts is forgotten",
    ),
    row(
        13,
        "Another body under a valid token",
        "401, before the body is opened",
    ),
    row(14, "A body that is sealed for another credential", "401"),
    row(
        15,
        "A reply to something else, or the request reflected",
        "the caller refuses it",
    ),
    row(16, "A native credential used the legacy way", "401"),
    row(
        17,
        "Any part of a sealed body, or one bit of it changed",
        "refused, always with the same error",
    ),
    row(
        18,
        "A wrong key against broken padding",
        "the same error for both",
    ),
    row(19, "A nonce or tag of another length", "401"),
    row(
        20,
        "A random source that repeats itself",
        "the sender notices, and does not send",
    ),
    row(
        21,
        "A legacy token spelled differently",
        "refused; where replay is strict, whatever its spelling, a token is taken once with each body",
    ),
    row(22, "A compressed body", "refused; nothing is unpacked"),
    row(
        23,
        "A body over the limit, announced or not",
        "413; no more than the limit is held",
    ),
    row(
        24,
        "Slow heads, slow bodies, slow readers, silence",
        "the connection is closed at a deadline; others are served meanwhile",
    ),
    row(
        25,
        "A request that two readers could take differently",
        "400, and the connection ends",
    ),
    row(26, "JSON nested without end", "400, without recursion"),
    row(27, "Names twice, half characters, numbers without end", "400"),
    row(
        28,
        "A call that would come back to where it was",
        "508, naming the path; nothing is sent",
    ),
    row(29, "No hop left", "refused before anything is sent"),
    row(
        30,
        "A deadline that passes on the way",
        "504 within it; the call further on is cancelled, and a change that has not begun is not made",
    ),
    row(
        31,
        "A peer that hangs, breaks off or sends garbage",
        "left at the deadline, and told as what it is",
    ),
    row(32, "A call that may have executed", "not tried again"),
    row(
        33,
        "A credential revoked while its call is under way",
        "the result is withheld, and nothing more is begun for it; the next call is refused",
    ),
    row(
        34,
        "A rotation under load",
        "no call fails while both keys hold, and the old one is dead afterwards",
    ),
    row(
        35,
        "A circuit sealed under an old key",
        "found, and sealed anew before the old key dies",
    ),
    row(
        36,
        "A code or an activation used by two",
        "the second fails, both sides hear of it, the credential is frozen; the same one again gets the same answer",
    ),
    row(37, "A bundle cut or changed", "refused; nothing is stored"),
    row(
        38,
        "A bundle from an impostor",
        "the words differ, and saying so leaves nothing of it",
    ),
    row(
        39,
        "A passphrase that can be guessed",
        "not to be had: they are generated",
    ),
    row(
        40,
        "A bundle that asks for a lot of work",
        "refused before the work",
    ),
    row(
        41,
        "A bundle that is too old or of another version",
        "refused, with what to do",
    ),
    row(
        42,
        "Control characters in any text of others",
        "inert: none reaches the terminal",
    ),
    row(
        43,
        "Names that look alike",
        "one alphabet, and a warning of near ones",
    ),
    row(44, "Secrets in logs, errors, arguments or files", "none is found"),
    row(
        45,
        "Secrets on screen",
        "not drawn unless asked for, and then not for long",
    ),
    row(
        46,
        "Killed at any moment",
        "the state before or after, never a mixture; nothing acknowledged is lost",
    ),
    row(
        47,
        "A full disk",
        "said; what was there stays, and the audit trail refuses rather than forgets",
    ),
    row(
        48,
        "Two at the same files",
        "a bounded wait, a clear message, and no lost write",
    ),
    row(49, "A sealed row exchanged, or an older one put back", "noticed"),
    row(
        50,
        "A record of the audit trail changed, moved, put in or taken out",
        "verifying names it; a missing end shows in the heads that others keep",
    ),
    row(
        51,
        "A pointer to where only the instance can reach",
        "refused and not contacted, unless the administrator allows it",
    ),
    row(
        52,
        "Another TLS key",
        "refused; the spare one is known; another is taken once people compared its pin",
    ),
    row(
        53,
        "Files that others may read, or links in their place",
        "refused, with what to do",
    ),
    row(54, "Made-up trace headers", "they decide nothing"),
    row(
        55,
        "Guessing who may call",
        "the same answer for all, and only so many tries",
    ),
    row(
        56,
        "A terminal of any size, killed, suspended, or a panic",
        "the terminal is as it was before",
    ),
    row(
        57,
        "An instance that is dead, slow or neither",
        "keys are answered as before, others are asked as before, and what is old is marked",
    ),
];
