//! Large replies in the log: kept whole, but only so much of them in all.

use super::Body;
use crate::vault::{Vault, VaultError};
use serde_json::{Value, json};

/// Replies up to this size are kept whole: whatever an answer may have.
pub const LARGEST_REPLY: u64 = 128 * 1024 * 1024;
/// From this size on a reply is a large one.
const LARGE: u64 = 1024 * 1024;
/// How much of large replies is kept in all: of older ones only that they were there.
const ALL_LARGE: u64 = 512 * 1024 * 1024;

/// What is kept of a reply that is not.
pub fn cut(status: &str, bytes: u64, why: &str) -> Value {
    json!({"status": status, "cut": format!("the reply had {bytes} bytes and {why}")})
}

/// After a reply of this size was added: lets go of the oldest large ones that are too much.
pub fn make_room(vault: &Vault, added: u64) -> Result<(), VaultError> {
    make_room_within(vault, added, ALL_LARGE)
}

fn make_room_within(vault: &Vault, added: u64, most: u64) -> Result<(), VaultError> {
    if added < LARGE {
        return Ok(());
    }
    let mut kept = 0u64;
    for (id, bytes) in vault.large_log_lines(LARGE)? {
        kept = kept.saturating_add(bytes);
        // One that gave way before takes little room now.
        if kept > most && vault.log_body_bytes(id)?.is_some_and(|size| size >= LARGE) {
            shrink(vault, id, bytes)?;
        }
    }
    Ok(())
}

fn shrink(vault: &Vault, id: u64, bytes: u64) -> Result<(), VaultError> {
    let Some((line, _, body)) = vault.log_entry(id)? else {
        return Ok(());
    };
    let Ok(body) = serde_json::from_slice::<Body>(&body) else {
        return Ok(());
    };
    let why = "was let go: large replies are kept up to 512 MiB in all, the newest first";
    let body = Body {
        reply: Some(cut(&line.status, bytes, why)),
        ..body
    };
    let smaller = serde_json::to_vec(&body).expect("a body has only string keys");
    vault.replace_log_body(id, &smaller)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use crate::vault::{Lock, LogLine};

    fn add(vault: &Vault, reply: &str) -> u64 {
        let line = LogLine {
            id: 0,
            at: Timestamp::now(),
            kind: "invoke".into(),
            instance: "alpha".into(),
            action: "x".into(),
            pointer: None,
            route: None,
            status: "success".into(),
            code: None,
            elapsed_us: 1,
            reply_bytes: reply.len() as u64,
            credential: None,
        };
        let body = json!({"query": {}, "reply": {"status": "success", "result": reply}, "failure": null,
            "hops": [], "wire": []});
        let id = vault.add_log(&line, body.to_string().as_bytes()).unwrap();
        make_room_within(vault, line.reply_bytes, 5 * LARGE).unwrap();
        id
    }

    #[test]
    fn the_newest_large_replies_stay_whole_and_older_ones_say_that_they_were_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let vault = Vault::create(&home, &Lock::KeyFile(home.join("vault.key"))).unwrap();
        let large = "x".repeat(2 * LARGE as usize);
        let small = add(&vault, "small");
        let ids: Vec<u64> = (0..3).map(|_| add(&vault, &large)).collect();
        let reply = |id: u64| {
            let (_, _, body) = vault.log_entry(id).unwrap().unwrap();
            serde_json::from_slice::<Body>(&body).unwrap().reply.unwrap()
        };
        assert!(reply(ids[0])["cut"].as_str().unwrap().contains("2097152 bytes"));
        assert_eq!(reply(ids[1])["result"], large);
        assert_eq!(reply(ids[2])["result"], large);
        assert_eq!(reply(small)["result"], "small");
    }
}
