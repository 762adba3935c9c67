//! Taking credentials out of what is kept of a call: the log tells what was done, not with which secrets
//! somebody else may call from now on.

use crate::instance::actions::table;
use crate::model::CIRCUIT_PREFIX;
use serde_json::Value;
use std::sync::LazyLock;

/// The parameters of actions that are secret, as the table of actions says it, with the action of each.
static SECRET_PARAMETERS: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    let actions = table::ALL.iter();
    let secret = actions.flat_map(|action| {
        let parameters = action.parameters.iter().filter(|parameter| parameter.secret);
        parameters.map(|parameter| (action.name, parameter.name))
    });
    secret.collect()
});

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

/// The value with the secrets of every credential's plain form in it replaced (an object is one if it names its `app_id`
/// and `endpoint` beside them), and the secret parameters of every action: of the query itself, of one that is relayed, and
/// of the steps of circuits. Members of those names elsewhere are somebody's data and stay.
pub(super) fn without_secrets(mut value: Value) -> Value {
    redact(&mut value);
    value
}

/// Whether there is nothing to be taken out of JSON that was written by us, told by its text: a reply may have 50 MB.
pub(super) fn names_no_secret(json: &str) -> bool {
    let mut names = SECRETS.iter().chain(KEYS.iter().map(|(name, _)| name));
    // Within the text of a circuit the quotes are escaped.
    !names.any(|name| json.contains(&format!("\"{name}\"")) || json.contains(&format!("\"{name}\\\"")))
        && !SECRET_PARAMETERS.iter().any(|(action, _)| json.contains(action))
}

/// Whether something was taken out of it.
pub(super) fn has_lost_secrets(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            text == IN_PLACE || (text.starts_with(CIRCUIT_PREFIX) && text.contains(IN_PLACE))
        }
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
            let action = members.get("action").and_then(Value::as_str).map(str::to_owned);
            for (name, member) in members {
                let is_secret = is_form && SECRETS.contains(&name.as_str()) && member.is_string();
                let is_parameter = is_parameter(action.as_deref(), name) && !member.is_null();
                if is_secret || is_parameter || is_key(name, member) {
                    *member = IN_PLACE.into();
                } else {
                    redact(member);
                }
            }
        }
        Value::String(text) if text.starts_with(CIRCUIT_PREFIX) && !names_no_secret(text) => {
            if let Some(without) = circuit(text) {
                *text = without;
            }
        }
        _ => {}
    }
}

/// The text of a circuit without the secrets in its steps; none if there are none, or it is not JSON.
fn circuit(text: &str) -> Option<String> {
    let steps: Value = serde_json::from_str(text.strip_prefix(CIRCUIT_PREFIX)?).ok()?;
    let without = without_secrets(steps);
    has_lost_secrets(&without).then(|| format!("{CIRCUIT_PREFIX}{without}"))
}

/// Whether a member of this name is a secret parameter of an action.
fn is_parameter(action: Option<&str>, name: &str) -> bool {
    action.is_some_and(|action| SECRET_PARAMETERS.contains(&(action, name)))
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
    fn secret_parameters_of_actions_go_wherever_the_action_is_named() {
        let query = json!({"action": "create_credential_pointer", "header": "Authorization", "token": "s3cret", "origins": []});
        let in_text = format!("{CIRCUIT_PREFIX}{}", json!([query]));
        for holding in [
            query.clone(),
            json!({"action": "relay", "connection_id": "c", "query": query}),
            json!({"action": "create_circuit", "circuit_definition": [query]}),
            json!({"action": "create_pointer", "data_reference": in_text}),
            json!({"action": "publish_code", "id": "offer", "code": "7-s3cret-words"}),
        ] {
            assert!(!names_no_secret(&holding.to_string()), "{holding}");
            let kept = without_secrets(holding);
            assert!(!kept.to_string().contains("s3cret"), "{kept}");
            assert!(has_lost_secrets(&kept), "{kept}");
        }
        let other =
            json!({"action": "create_pointer", "token": "data", "data_reference": "internal_circuit::[{}]"});
        assert_eq!(without_secrets(other.clone()), other);
    }

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
