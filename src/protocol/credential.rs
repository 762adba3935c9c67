//! A credential together with its secrets, as its holder keeps it and as it is handed over.

use crate::model::{AppId, Endpoint, InstanceId, KeyId, Profile};
use crate::seal::{AccessKey, FernetKey, LegacyKeys, NativeKeys, RootKey, SecretError, TokenSecret};
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// SHA-256 of a TLS certificate's subject public key info, base64url: what a pin compares (RFC 7469).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Spki(pub String);

/// Everything that a caller needs to call one instance. `Debug` shows no secret.
#[derive(Clone)]
pub struct HeldCredential {
    /// The name under which the instance is called.
    pub app_id: AppId,
    /// Where it answers; the `htu` of native tokens.
    pub endpoint: Endpoint,
    /// TLS keys, one of which the instance must show; empty means that certificate authorities decide.
    pub pins: Vec<Spki>,
    /// How bodies are sealed and tokens signed.
    pub keys: HeldKeys,
}

/// The working keys of a held credential, and the secrets that they were made of.
#[derive(Clone)]
pub enum HeldKeys {
    /// For instances of this program.
    Native {
        /// The instance called: the `aud` of tokens.
        instance_id: InstanceId,
        /// What the keys are derived from.
        root: RootKey,
        /// Derived from `root`.
        keys: NativeKeys,
    },
    /// For original Python instances.
    Legacy {
        /// Signs tokens.
        token_secret: TokenSecret,
        /// Seals bodies.
        encryption_key: FernetKey,
        /// Sent as a claim where the instance wants one.
        access_key: Option<AccessKey>,
        /// Made of the two secrets.
        keys: LegacyKeys,
    },
}

impl HeldCredential {
    /// A native credential.
    pub fn native(
        app_id: AppId,
        endpoint: Endpoint,
        instance_id: InstanceId,
        kid: KeyId,
        root: RootKey,
    ) -> Self {
        let keys = NativeKeys::derive(kid, &root);
        Self {
            app_id,
            endpoint,
            pins: Vec::new(),
            keys: HeldKeys::Native {
                instance_id,
                root,
                keys,
            },
        }
    }

    /// A legacy credential.
    pub fn legacy(
        app_id: AppId,
        endpoint: Endpoint,
        token_secret: TokenSecret,
        encryption_key: FernetKey,
        access_key: Option<AccessKey>,
    ) -> Self {
        let keys = LegacyKeys::new(&token_secret, &encryption_key);
        Self {
            app_id,
            endpoint,
            pins: Vec::new(),
            keys: HeldKeys::Legacy {
                token_secret,
                encryption_key,
                access_key,
                keys,
            },
        }
    }

    /// How it seals.
    pub fn profile(&self) -> Profile {
        match self.keys {
            HeldKeys::Native { .. } => Profile::Native,
            HeldKeys::Legacy { .. } => Profile::Legacy,
        }
    }

    /// The key id of a native credential.
    pub fn kid(&self) -> Option<&KeyId> {
        match &self.keys {
            HeldKeys::Native { keys, .. } => Some(keys.kid()),
            HeldKeys::Legacy { .. } => None,
        }
    }

    /// The id of the instance that a native credential is for.
    pub fn instance_id(&self) -> Option<&InstanceId> {
        match &self.keys {
            HeldKeys::Native { instance_id, .. } => Some(instance_id),
            HeldKeys::Legacy { .. } => None,
        }
    }
}

impl fmt::Debug for HeldCredential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HeldCredential")
            .field("app_id", &self.app_id)
            .field("endpoint", &self.endpoint)
            .field("profile", &self.profile())
            .field("kid", &self.kid())
            .finish_non_exhaustive()
    }
}

/// A credential in plain text: what `credential export --plain` writes, what a bundle carries inside its seal,
/// and what storage seals. It has no `Debug`; it wipes itself when dropped.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialForm {
    /// Where the instance answers.
    pub endpoint: Endpoint,
    /// The name under which it is called.
    pub app_id: AppId,
    /// Native: the key id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<KeyId>,
    /// Native: 32 bytes, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    /// Native: the instance called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<InstanceId>,
    /// Legacy: what signs tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jwt_secret_key: Option<String>,
    /// Legacy: the Fernet key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encryption_key: Option<String>,
    /// Legacy: the access key, where the instance wants one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access_key: Option<String>,
    /// TLS pins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pins: Vec<Spki>,
}

/// Why a form is not a credential. Never carries a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialFormError {
    /// Not JSON of the right shape.
    #[error("the credential is not readable: {0}")]
    Unreadable(String),
    /// Neither all native values nor all legacy values.
    #[error(
        "a credential needs kid, root and instance_id (native), or jwt_secret_key and encryption_key (legacy)"
    )]
    Incomplete,
    /// One of the secrets has the wrong form.
    #[error("the credential's {name} is {reason}")]
    Secret {
        /// Which one.
        name: &'static str,
        /// What is wrong with it.
        reason: SecretError,
    },
}

impl CredentialForm {
    /// Reads JSON.
    pub fn from_json(bytes: &[u8]) -> Result<Self, CredentialFormError> {
        // serde's own message may quote the input, and the input is secret.
        serde_json::from_slice(bytes).map_err(|error| {
            CredentialFormError::Unreadable(format!(
                "malformed at line {}, column {}",
                error.line(),
                error.column()
            ))
        })
    }

    /// Writes JSON: only into a seal, or where a person asked for plain values.
    pub fn expose_json(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(serde_json::to_vec(self).expect("a form has only string keys"))
    }

    /// The form as a JSON value: only for putting into a query that will be sealed, or for `--plain`.
    pub fn expose_value(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("a form has only string keys")
    }

    /// The plain form of a held credential.
    pub fn of(credential: &HeldCredential) -> Self {
        let mut form = Self {
            endpoint: credential.endpoint.clone(),
            app_id: credential.app_id.clone(),
            kid: credential.kid().cloned(),
            root: None,
            instance_id: credential.instance_id().cloned(),
            jwt_secret_key: None,
            encryption_key: None,
            access_key: None,
            pins: credential.pins.clone(),
        };
        match &credential.keys {
            HeldKeys::Native { root, .. } => form.root = Some(root.expose_text().to_string()),
            HeldKeys::Legacy {
                token_secret,
                encryption_key,
                access_key,
                ..
            } => {
                form.jwt_secret_key = Some(token_secret.expose_text().to_owned());
                form.encryption_key = Some(encryption_key.expose_text().to_string());
                form.access_key = access_key.as_ref().map(|key| key.expose_text().to_owned());
            }
        }
        form
    }

    /// The credential that the form describes.
    pub fn into_held(self) -> Result<HeldCredential, CredentialFormError> {
        let secret = |name| move |reason| CredentialFormError::Secret { name, reason };
        let mut held = match (
            &self.kid,
            &self.root,
            &self.instance_id,
            &self.jwt_secret_key,
            &self.encryption_key,
        ) {
            (Some(kid), Some(root), Some(instance_id), None, None) => {
                let root = RootKey::parse(root).map_err(secret("root"))?;
                HeldCredential::native(
                    self.app_id.clone(),
                    self.endpoint.clone(),
                    instance_id.clone(),
                    kid.clone(),
                    root,
                )
            }
            (None, None, None, Some(token_secret), Some(encryption_key)) => {
                let token_secret = TokenSecret::parse(token_secret).map_err(secret("jwt_secret_key"))?;
                let encryption_key = FernetKey::parse(encryption_key).map_err(secret("encryption_key"))?;
                let access_key = self
                    .access_key
                    .as_deref()
                    .map(AccessKey::parse)
                    .transpose()
                    .map_err(secret("access_key"))?;
                HeldCredential::legacy(
                    self.app_id.clone(),
                    self.endpoint.clone(),
                    token_secret,
                    encryption_key,
                    access_key,
                )
            }
            _ => return Err(CredentialFormError::Incomplete),
        };
        held.pins = self.pins.clone();
        Ok(held)
    }
}

impl Drop for CredentialForm {
    fn drop(&mut self) {
        for secret in [
            &mut self.root,
            &mut self.jwt_secret_key,
            &mut self.encryption_key,
            &mut self.access_key,
        ] {
            secret.zeroize();
        }
    }
}
