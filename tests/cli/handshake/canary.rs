//! What a whole handshake leaves on disk and on screen: no secret of it (THREATS 44).

use super::{Pair, Way};
use crate::binary::Home;
use std::path::Path;

/// Every file under a folder that contains the bytes.
fn files_with(folder: &Path, needle: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, needle));
        } else if std::fs::read(&path)
            .unwrap()
            .windows(needle.len())
            .any(|window| window == needle)
        {
            found.push(path.display().to_string());
        }
    }
    found
}

fn is_nowhere(homes: [&Home; 2], what: &str, secret: &str) {
    assert!(secret.len() > 15, "{what} is not what it should be");
    for home in homes {
        assert_eq!(
            files_with(&home.root(), secret.as_bytes()),
            Vec::<String>::new(),
            "{what}"
        );
    }
}

#[test]
fn threat_44_no_secret_of_a_handshake_is_on_disk_or_in_what_people_are_shown() {
    for way in [Way::Code, Way::Request, Way::Passphrase] {
        let pair = Pair::new();
        let joined = pair.join(way, &["-vv"]);
        let name = joined.accepted["credentials"][0].as_str().unwrap();
        let root = |name: &str| {
            let form = pair.ours.ok(&["credential", "export", name, "--plain"]);
            form["root"].as_str().unwrap().to_owned()
        };
        let as_it_came = root(name);
        pair.verify(&joined);
        let mixed = root(name);
        assert_ne!(as_it_came, mixed);
        let pointers = pair.federate();
        pair.call_all(&pointers);
        pair.ours.ok(&["credential", "rotate", name, "-vv"]);

        let homes = [&pair.ours, &pair.theirs];
        for field in ["code", "passphrase"] {
            if let Some(secret) = joined.offer[field].as_str() {
                is_nowhere(homes, field, secret);
            }
        }
        for root in [&as_it_came, &mixed, &root(name)] {
            is_nowhere(homes, "a root", root);
        }
        for line in [
            &["credential", "show", name, "-vv"][..],
            &["credential", "list", "-vv"],
            &["handshake", "status", "--all", "-vv"],
        ] {
            let ended = pair.ours.run(line);
            assert_eq!(ended.code, 0, "{line:?}");
            for root in [&as_it_came, &mixed] {
                assert!(
                    !ended.stdout.contains(root) && !ended.stderr.contains(root),
                    "{line:?}"
                );
            }
        }
    }
}
