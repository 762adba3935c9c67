//! Plain values of a credential on the command line: ids in the open, secrets from files.

use super::super::arguments::ProfileArg;
use super::super::outcome::{Outcome, usage};
use super::super::session::Session;
use crate::model::{AppId, Endpoint, InstanceId, KeyId};
use crate::protocol::{CredentialForm, HeldCredential, Spki};
use crate::workspace::SecretFile;
use clap::Args;
use std::path::PathBuf;

/// Values as an administrator hands them over. Secrets come from files.
#[derive(Debug, Args)]
pub struct Values {
    /// Legacy: the file that holds its JWT_SECRET_KEY.
    #[arg(
        long,
        value_name = "FILE",
        alias = "jwt-secret-key-file",
        help_heading = "Legacy profile"
    )]
    jwt_secret_file: Option<PathBuf>,
    /// Legacy: the file that holds its BUTTERFLY_ENCRYPTION_KEY.
    #[arg(long, value_name = "FILE", help_heading = "Legacy profile")]
    encryption_key_file: Option<PathBuf>,
    /// Legacy: the file that holds an access key, where the instance wants one.
    #[arg(long, value_name = "FILE", help_heading = "Legacy profile")]
    access_key_file: Option<PathBuf>,
    /// Native: the key id.
    #[arg(long, value_name = "ID", help_heading = "Native profile")]
    kid: Option<KeyId>,
    /// Native: the file that holds the root, base64url.
    #[arg(long, value_name = "FILE", help_heading = "Native profile")]
    root_file: Option<PathBuf>,
    /// Native: the id of the instance.
    #[arg(long, value_name = "ID", help_heading = "Native profile")]
    instance_id: Option<InstanceId>,
    /// SHA-256 of a TLS public key that is accepted, base64url; repeatable.
    #[arg(long, value_name = "SPKI", allow_hyphen_values = true)]
    pin: Vec<String>,
}

impl Values {
    /// Whether none was given.
    pub fn is_empty(&self) -> bool {
        self.is_without_secrets() && self.pin.is_empty()
    }

    fn is_without_secrets(&self) -> bool {
        self.jwt_secret_file.is_none()
            && self.encryption_key_file.is_none()
            && self.access_key_file.is_none()
            && self.kid.is_none()
            && self.root_file.is_none()
            && self.instance_id.is_none()
    }

    /// The TLS keys, if nothing else was given.
    pub fn pins_alone(&self) -> Option<Vec<Spki>> {
        let is_alone = !self.pin.is_empty() && self.is_without_secrets();
        is_alone.then(|| self.pin.iter().cloned().map(Spki).collect())
    }

    /// The credential that they make, for calling this endpoint under this name.
    pub fn credential(
        &self,
        session: &Session,
        profile: ProfileArg,
        app_id: AppId,
        endpoint: Endpoint,
    ) -> Outcome<CredentialForm> {
        let mut held = match profile {
            ProfileArg::Legacy => self.legacy(session, app_id, endpoint)?,
            ProfileArg::Native => self.native(app_id, endpoint)?,
        };
        held.pins = self.pin.iter().cloned().map(Spki).collect();
        Ok(CredentialForm::of(&held))
    }

    fn legacy(&self, session: &Session, app_id: AppId, endpoint: Endpoint) -> Outcome<HeldCredential> {
        if self.kid.is_some() || self.root_file.is_some() || self.instance_id.is_some() {
            return Err(usage(
                "--kid, --root-file and --instance-id belong to the profile native",
                "leave them out, or use an instance of that profile",
            ));
        }
        let token_secret =
            SecretFile::read(needed(&self.jwt_secret_file, "--jwt-secret-file")?)?.token_secret()?;
        let encryption_key =
            SecretFile::read(needed(&self.encryption_key_file, "--encryption-key-file")?)?.fernet_key()?;
        let access_key = match &self.access_key_file {
            Some(path) => Some(SecretFile::read(path)?.access_key()?),
            None => None,
        };
        if token_secret.is_weak() {
            session.note(
                "warning: this JWT secret is short or a documented default: whoever guesses it can call the \
                 instance. Ask its administrator for a better one.",
            );
        }
        Ok(HeldCredential::legacy(
            app_id,
            endpoint,
            token_secret,
            encryption_key,
            access_key,
        ))
    }

    fn native(&self, app_id: AppId, endpoint: Endpoint) -> Outcome<HeldCredential> {
        if self.jwt_secret_file.is_some()
            || self.encryption_key_file.is_some()
            || self.access_key_file.is_some()
        {
            return Err(usage(
                "--jwt-secret-file, --encryption-key-file and --access-key-file belong to the profile legacy",
                "leave them out, or use an instance of that profile",
            ));
        }
        let kid = needed(&self.kid, "--kid")?.clone();
        let instance_id = needed(&self.instance_id, "--instance-id")?.clone();
        let root = SecretFile::read(needed(&self.root_file, "--root-file")?)?.root_key()?;
        Ok(HeldCredential::native(app_id, endpoint, instance_id, kid, root))
    }
}

fn needed<'a, T>(value: &'a Option<T>, flag: &str) -> Outcome<&'a T> {
    value.as_ref().ok_or_else(|| {
        usage(
            format!("{flag} is missing for this profile"),
            "see `butterfly instance add --help`",
        )
    })
}
