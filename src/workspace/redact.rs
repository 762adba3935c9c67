//! Taking credentials out of what is kept of a call: the log tells what was done, not with which secrets
//! somebody else may call from now on.

use serde_json::Value;

/// The members of a credential's plain form that are secret.
const SECRETS: [&str; 4] = ["root", "jwt_secret_key", "encryption_key", "access_key"];
/// Members that hold a key of a domain, which opens something by itself wherever it stands, and how that begins.
const KEYS: [(&str, &str); 3] = [
    ("access_key", "key_"),
    ("key_to_revoke", "key_"),
    ("request_key", "fed_req_"),
];
/// Digits of such a key.
const KEY_DIGITS: usize = 32;
/// What is kept in their place.
const IN_PLACE: &str = "(secret, not kept in the log)";

/// The value with the secrets of every credential's plain form in it replaced: an object is one if it names
/// its `app_id` and `endpoint` beside them. Members of those names elsewhere are somebody's data and stay.
pub(super) fn without_secrets(mut value: Value) -> Value {
    redact(&mut value);
    value
}

/// Whether there is nothing to be taken out of JSON that was written by us, told by its text: a reply may have 50 MB.
pub(super) fn names_no_secret(json: &str) -> bool {
    let mut names = SECRETS.iter().chain(KEYS.iter().map(|(name, _)| name));
    !names.any(|name| json.contains(&format!("\"{name}\"")))
}

/// Whether something was taken out of it.
pub(super) fn has_lost_secrets(value: &Value) -> bool {
    match value {
        Value::String(text) => text == IN_PLACE,
        Value::Array(items) => items.iter().any(has_lost_secrets),
        Value::Object(members) => members.values().any(has_lost_secrets),
        _ => false,
    }
}

fn redact(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::Object(members) => {
            let is_form = members.contains_key("app_id") && members.contains_key("endpoint");
            for (name, member) in members {
                let is_secret = is_form && SECRETS.contains(&name.as_str()) && member.is_string();
                if is_secret || is_key(name, member) {
                    *member = IN_PLACE.into();
                } else {
                    redact(member);
                }
            }
        }
        _ => {}
    }
}

/// Whether a member is a key of a domain; an id of one, by which it is revoked too, is none.
fn is_key(name: &str, member: &Value) -> bool {
    let Some(text) = member.as_str() else {
        return false;
    };
    KEYS.iter()
        .filter(|(known, _)| *known == name)
        .filter_map(|(_, prefix)| text.trim().strip_prefix(prefix))
        .any(|rest| rest.len() == KEY_DIGITS && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_of_credentials_go_and_data_of_the_same_name_stays() {
        let form =
            json!({"app_id": "a", "endpoint": "http://127.0.0.1:1/invoke", "kid": "k", "root": "s3cret"});
        let legacy = json!({"app_id": "a", "endpoint": "e", "jwt_secret_key": "s3cret", "encryption_key": "s3cret", "access_key": "s3cret"});
        let result = json!({"result": {"credentials": [{"form": form}, legacy]}});
        assert!(!names_no_secret(&result.to_string()));
        assert!(names_no_secret(
            &json!({"result": {"roots": "of a tree"}}).to_string()
        ));
        let kept = without_secrets(result);
        assert!(!kept.to_string().contains("s3cret"), "{kept}");
        assert!(has_lost_secrets(&kept));
        assert_eq!(kept["result"]["credentials"][0]["form"]["kid"], "k");
        let key = "key_00112233445566778899aabbccddeeff";
        let keys = json!({"access_key": key, "key_to_revoke": key, "request_key": "fed_req_00112233445566778899aabbccddeeff"});
        assert!(!names_no_secret(&json!({"request_key": 1}).to_string()));
        assert!(!without_secrets(keys).to_string().contains("00112233"));
        let id = json!({"key_to_revoke": "key-00112233aabb"});
        assert_eq!(without_secrets(id.clone()), id);
        let data = json!({"result": {"root": "of a tree", "endpoint": "x"}});
        assert_eq!(without_secrets(data.clone()), data);
        assert!(!has_lost_secrets(&data));
    }
}
