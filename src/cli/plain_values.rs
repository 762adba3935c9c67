//! A credential's values in plain text, for whoever hands them over.

use super::table::pairs;
use crate::protocol::CredentialForm;
use zeroize::Zeroizing;

/// The values as the other side types them in; for an original instance also as its environment wants them.
pub fn values_text(form: &CredentialForm) -> Zeroizing<String> {
    let value = form.expose_value();
    let secret = |name: &str| value[name].as_str().map(str::to_owned);
    let mut text = Zeroizing::new(pairs([
        ("endpoint", secret("endpoint")),
        ("app_id", secret("app_id")),
        ("kid", secret("kid")),
        ("root", secret("root")),
        ("instance_id", secret("instance_id")),
        ("jwt_secret_key", secret("jwt_secret_key")),
        ("encryption_key", secret("encryption_key")),
        ("access_key", secret("access_key")),
    ]));
    if let (Some(token_secret), Some(encryption_key)) = (secret("jwt_secret_key"), secret("encryption_key")) {
        text.push_str(&format!(
            "\nJWT_SECRET_KEY={token_secret}\nBUTTERFLY_ENCRYPTION_KEY={encryption_key}\n"
        ));
    }
    text
}
