//! The sealing of replies, under the keys that their call was opened with.
//!
//! A large one is sealed on a thread that may take its time: what a relay hands on has 128 MiB at most, and all the
//! other calls of its thread would wait for it.

use super::issued::{IssuedKeys, Presented};
use super::unread::Unread;
use crate::model::{Profile, Timestamp};
use crate::protocol::Reply;
use crate::seal::{fernet, jwe};
use hyper::body::Bytes;

/// Bytes that are sealed at once: a fraction of a millisecond.
const AT_ONCE: usize = 256 * 1024;

/// What seals the replies to one call.
#[derive(Clone)]
pub(super) struct Sealing {
    presented: Presented,
    /// The token's own id, which a native reply answers to; a legacy one names nothing.
    in_reply_to: String,
}

impl Sealing {
    /// For replies to the call whose token has this id.
    pub(super) fn native(presented: Presented, jti: String) -> Self {
        Self {
            presented,
            in_reply_to: jti,
        }
    }

    /// For replies to a legacy call.
    pub(super) fn legacy(presented: Presented) -> Self {
        Self {
            presented,
            in_reply_to: String::new(),
        }
    }

    /// How it seals.
    pub(super) fn profile(&self) -> Profile {
        self.presented.credential.record.profile
    }

    /// Sealed, as far as there is room for it until it is read.
    pub(super) fn admit(&self, of_all: &Unread, sealed: String) -> Option<Bytes> {
        Unread::admit(sealed, of_all, self.presented.credential.standing.unread())
    }

    /// Seals a reply.
    pub(super) async fn seal(&self, reply: &Reply) -> String {
        let plaintext = reply.to_bytes();
        if plaintext.len() <= AT_ONCE {
            return self.seal_bytes(&plaintext);
        }
        // Boxed, because there would be room for it in every call.
        Box::pin(self.clone().seal_beside(plaintext)).await
    }

    async fn seal_beside(self, plaintext: Vec<u8>) -> String {
        let sealing = tokio::task::spawn_blocking(move || self.seal_bytes(&plaintext));
        // Only a panic ends it early, and that goes on here.
        sealing
            .await
            .unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
    }

    fn seal_bytes(&self, plaintext: &[u8]) -> String {
        match self.presented.keys() {
            IssuedKeys::Native(keys) => jwe::seal_reply(keys, &self.in_reply_to, plaintext),
            IssuedKeys::Legacy(keys, _) => fernet::seal(keys, Timestamp::now(), plaintext),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::{Instance, NewInstance};
    use crate::model::InstanceName;
    use crate::protocol::open_reply;
    use serde_json::json;
    use std::net::SocketAddr;
    use std::sync::mpsc;

    async fn owner_of_a_new_instance(
        folder: &std::path::Path,
    ) -> (Presented, crate::protocol::HeldCredential) {
        let new = NewInstance {
            key: Default::default(),
            name: InstanceName::parse("alpha").unwrap(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            endpoint: None,
            insecure_http: false,
            tls: None,
        };
        let (_, owner) = Instance::create(folder, new).await.unwrap();
        let instance = Instance::open(folder, None).await.unwrap();
        let presented = instance.issued().by_kid(owner.kid().unwrap()).unwrap();
        instance.close().await;
        (presented, owner)
    }

    #[test]
    fn what_is_large_is_sealed_beside_the_thread_that_answers() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(1)
            .build()
            .unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let (presented, owner) = owner_of_a_new_instance(&folder.path().join("alpha")).await;
            let sealing = Sealing::native(presented, "token-id".to_owned());

            // The only other thread has something to do.
            let (release, held) = mpsc::channel::<()>();
            let busy = tokio::task::spawn_blocking(move || held.recv());
            let small = Reply::success(json!({"text": "small"}));
            let sealed = futures::poll!(Box::pin(sealing.seal(&small)));
            assert!(sealed.is_ready());

            let large = Reply::success(json!({"text": "x".repeat(AT_ONCE)}));
            let mut sealing = Box::pin(sealing.seal(&large));
            assert!(futures::poll!(&mut sealing).is_pending());
            release.send(()).unwrap();
            busy.await.unwrap().unwrap();
            let opened = open_reply(&owner, "token-id", sealing.await.as_bytes()).unwrap();
            assert_eq!(opened.result(), large.result());
        });
    }
}
