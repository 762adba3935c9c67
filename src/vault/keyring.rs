//! The keyring of the operating system: the Secret Service on Linux (GNOME Keyring, KWallet, KeePassXC), the
//! keychain on macOS. The kernel's own keyring is not used: it forgets at the next start, and the vault with it.

use super::VaultError;
use crate::seal::DataKey;
use keyring_core::{CredentialStore, Entry, Error};
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What entries are kept under, beside the vault's own name.
const SERVICE: &str = "butterfly";

/// A keyring that can keep a vault's key.
///
/// It is spoken to on a thread of its own, from the first word to hanging up: the library behind it waits on a runtime
/// that it brings along, which nobody may do on a thread of another runtime.
#[derive(Clone)]
pub struct Keyring(Which);

#[derive(Clone)]
enum Which {
    OfTheSystem,
    #[cfg(test)]
    OfATest(Arc<CredentialStore>),
}

impl Keyring {
    /// The one of this session, if there is one.
    pub fn of_the_system() -> Result<Self, VaultError> {
        let keyring = Self(Which::OfTheSystem);
        keyring.apart(|_| Ok(()))?;
        Ok(keyring)
    }

    /// One that lives in a test.
    #[cfg(test)]
    pub(super) fn of(store: Arc<CredentialStore>) -> Self {
        Self(Which::OfATest(store))
    }

    /// Keeps a key, and makes sure that it is there.
    pub(super) fn keep(&self, account: &str, key: &DataKey) -> Result<(), VaultError> {
        self.apart(|store| {
            let entry = entry(store, account)?;
            entry.set_secret(key.expose_bytes()).map_err(unusable)?;
            let kept = entry.get_secret().map(Zeroizing::new).map_err(unusable)?;
            if kept.as_slice() != key.expose_bytes() {
                return Err(VaultError::NoKeyring(
                    "it does not give back what it was given".to_owned(),
                ));
            }
            Ok(())
        })
    }

    /// The key of this vault.
    pub(super) fn key(&self, account: &str, vault: &Path) -> Result<DataKey, VaultError> {
        let kept = self.apart(|store| match entry(store, account)?.get_secret() {
            Ok(kept) => Ok(Zeroizing::new(kept)),
            Err(Error::NoEntry) => Err(VaultError::WrongKeyring(vault.to_owned())),
            Err(error) => Err(unusable(error)),
        })?;
        let bytes: [u8; 32] = kept
            .as_slice()
            .try_into()
            .map_err(|_| VaultError::WrongKeyring(vault.to_owned()))?;
        Ok(DataKey::from_bytes(*Zeroizing::new(bytes)))
    }

    /// Takes a key out; one that is not there is out already.
    pub(super) fn forget(&self, account: &str) -> Result<(), VaultError> {
        self.apart(|store| match entry(store, account)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(unusable(error)),
        })
    }

    fn apart<T: Send>(
        &self,
        ask: impl FnOnce(&CredentialStore) -> Result<T, VaultError> + Send,
    ) -> Result<T, VaultError> {
        std::thread::scope(|scope| match scope.spawn(|| ask(&*self.store()?)).join() {
            Ok(answer) => answer,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    }

    fn store(&self) -> Result<Arc<CredentialStore>, VaultError> {
        match &self.0 {
            Which::OfTheSystem => system_store(),
            #[cfg(test)]
            Which::OfATest(store) => Ok(Arc::clone(store)),
        }
    }
}

fn entry(store: &CredentialStore, account: &str) -> Result<Entry, VaultError> {
    store.build(SERVICE, account, None).map_err(unusable)
}

fn unusable(error: Error) -> VaultError {
    // What a store says of bad data may carry the data: only what says nothing of it is passed on.
    let reason = match error {
        Error::PlatformFailure(reason) | Error::NoStorageAccess(reason) => reason.to_string(),
        Error::Ambiguous(_) => "it has more than one entry of this name".to_owned(),
        _ => "it refuses".to_owned(),
    };
    VaultError::NoKeyring(reason)
}

#[cfg(target_os = "linux")]
fn system_store() -> Result<Arc<CredentialStore>, VaultError> {
    let store = zbus_secret_service_keyring_store::Store::new().map_err(unusable)?;
    Ok(store)
}

#[cfg(target_os = "macos")]
fn system_store() -> Result<Arc<CredentialStore>, VaultError> {
    let store = apple_native_keyring_store::keychain::Store::new().map_err(unusable)?;
    Ok(store)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn system_store() -> Result<Arc<CredentialStore>, VaultError> {
    Err(VaultError::NoKeyring(
        "this program knows none on this operating system".to_owned(),
    ))
}
