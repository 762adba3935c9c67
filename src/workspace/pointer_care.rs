//! What is done to pointers beside making, changing and removing them: doubles, tags, connections; and what a
//! person wants to know before.

use super::leading::connections;
use super::pointers::not_there;
use super::session::Session;
use super::views::Taken;
use super::{Failure, Workspace};
use crate::model::{Connection, ConnectionId, NewPointer, Pointer, PointerAddress};
use crate::protocol::{Code, Query};
use serde_json::{Value, json};

/// Tags that are fetched for completion, at most.
const MOST_TAGS: u64 = 5_000;

/// Tags to put on a pointer, and to take off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagChange {
    /// To put on.
    pub add: Vec<String>,
    /// To take off.
    pub remove: Vec<String>,
}

impl TagChange {
    /// The tags that come of it, in their order, each once.
    pub fn apply(&self, tags: &[String]) -> Vec<String> {
        let mut changed: Vec<String> = Vec::new();
        let kept = tags.iter().filter(|tag| !self.remove.contains(tag));
        for tag in kept.chain(&self.add) {
            if !changed.contains(tag) {
                changed.push(tag.clone());
            }
        }
        changed
    }

    /// What has to change for one list of tags to become another.
    pub fn between(before: &[String], after: &[String]) -> Self {
        Self {
            add: after
                .iter()
                .filter(|tag| !before.contains(tag))
                .cloned()
                .collect(),
            remove: before
                .iter()
                .filter(|tag| !after.contains(tag))
                .cloned()
                .collect(),
        }
    }
}

/// A tag as it is stored: without the sign that people write before it, and without blanks around it.
pub fn normal_tag(text: &str) -> String {
    text.trim().trim_start_matches('#').trim().to_owned()
}

/// How often others may be faster.
const TRIES: u32 = 8;

impl Workspace {
    /// Puts tags on a pointer and takes others off. What others did to its tags in the meantime stays.
    pub async fn tag_pointer(
        &self,
        instance: &str,
        address: &PointerAddress,
        change: &TagChange,
    ) -> Result<Pointer, Failure> {
        let mut session = self.session(instance).await?;
        let tagged = self.tag_in(&mut session, address, change).await;
        session.close().await;
        tagged
    }

    /// Where others change the pointer between reading and writing, it is read again: what is wanted of the tags is said
    /// as a difference, so that nobody has to be asked.
    pub(super) async fn tag_in(
        &self,
        session: &mut Session<'_>,
        address: &PointerAddress,
        change: &TagChange,
    ) -> Result<Pointer, Failure> {
        let mut tries = TRIES;
        loop {
            let pointer = self.pointer_in(session, address).await?;
            let tags = change.apply(&pointer.tags);
            if tags == pointer.tags {
                return Ok(pointer);
            }
            let query = Query::new(
                "update_pointer",
                json!({"pointer_address": address, "tags": tags, "if_unchanged_since": pointer.last_modified}),
            );
            tries -= 1;
            match self.change_in(session, &query).await {
                Err(failure) if failure.code == Code::ChangedMeanwhile && tries > 0 => {}
                ended => return ended,
            }
        }
    }

    /// Assigns a pointer to a connection, or to none.
    pub async fn assign_pointer(
        &self,
        instance: &str,
        address: &PointerAddress,
        connection: Option<&ConnectionId>,
    ) -> Result<Pointer, Failure> {
        let mut session = self.session(instance).await?;
        let assigned = self.assign_in(&mut session, address, connection).await;
        session.close().await;
        assigned?;
        // What it is afterwards: the original's answer does not hold it.
        Ok(self.pointer(instance, address).await?.pointer)
    }

    async fn assign_in(
        &self,
        session: &mut Session<'_>,
        address: &PointerAddress,
        connection: Option<&ConnectionId>,
    ) -> Result<Value, Failure> {
        let query = Query::new(
            "assign_pointer_to_connection",
            json!({"pointer_address": address, "connection_id": connection}),
        );
        if connection.is_none() && self.is_original(session).await? {
            return Err(not_there(session, "taking a pointer out of its connection"));
        }
        session.result(&query).await
    }

    /// Makes a pointer like another one, with its own reference and description.
    pub async fn duplicate_pointer(
        &self,
        instance: &str,
        address: &PointerAddress,
        reference: &str,
        description: Option<String>,
    ) -> Result<Pointer, Failure> {
        let like = self.pointer(instance, address).await?.pointer;
        if like.federated.is_some() {
            return Err(Failure::new(
                Code::InvalidParameter,
                format!("{address} leads to another instance, and its reference is made for that"),
                "make another one with `butterfly federate`",
            )
            .on(instance));
        }
        let new = NewPointer {
            data_reference: reference.to_owned(),
            description: description.unwrap_or(like.description),
            tags: like.tags,
            connection_id: like.connection_id,
            credential_pointer_address: like.credential_pointer_address,
            federated: None,
            author: None,
        };
        self.create_pointer(instance, new).await
    }

    /// The connections of an instance that may be seen.
    pub async fn connections(&self, instance: &str) -> Result<Vec<Connection>, Failure> {
        let mut session = self.session(instance).await?;
        let found = connections(&mut session).await;
        session.close().await;
        found
    }

    /// The tags of an instance with how many pointers bear each, where it tells.
    pub async fn tags(&self, instance: &str) -> Result<Vec<(String, u64)>, Failure> {
        let mut session = self.session(instance).await?;
        let found = tags(&mut session).await;
        session.close().await;
        found
    }

    /// Which pointer has this reference already. None where there is none, or the instance cannot tell.
    pub async fn taken(&self, instance: &str, reference: &str) -> Result<Option<Taken>, Failure> {
        let mut session = self.session(instance).await?;
        let query = Query::new("find_pointer_by_reference", json!({"data_reference": reference}));
        let result = session.result(&query).await;
        session.close().await;
        match result {
            Ok(found) => Ok(found
                .get("pointer")
                .and_then(|pointer| serde_json::from_value(pointer.clone()).ok())),
            Err(failure) if matches!(failure.code, Code::UnknownAction | Code::NotGranted) => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

/// The same over a session that is open already.
pub(super) async fn tags(session: &mut Session<'_>) -> Result<Vec<(String, u64)>, Failure> {
    let query = Query::new("get_all_tags", json!({"limit": MOST_TAGS}));
    Ok(read_tags(&session.result(&query).await?))
}

/// `used` says how many bear each; original instances list names alone.
fn read_tags(result: &Value) -> Vec<(String, u64)> {
    if let Some(used) = result.get("used").and_then(Value::as_object) {
        return used
            .iter()
            .map(|(tag, count)| (tag.clone(), count.as_u64().unwrap_or(0)))
            .collect();
    }
    let names = result.get("tags").and_then(Value::as_array);
    names
        .into_iter()
        .flatten()
        .filter_map(|name| Some((name.as_str()?.to_owned(), 0)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tags(text: &str) -> Vec<String> {
        text.split_whitespace().map(ToOwned::to_owned).collect()
    }

    #[test]
    fn tags_are_put_on_once_and_taken_off_and_others_stay() {
        let change = TagChange {
            add: tags("new air"),
            remove: tags("old gone"),
        };
        assert_eq!(change.apply(&tags("old air water")), tags("air water new"));
        assert_eq!(normal_tag(" #air "), "air");
    }

    proptest! {
        #[test]
        fn what_lies_between_two_lists_leads_from_one_to_the_other(
            before in prop::collection::btree_set("[a-d]", 0..4),
            after in prop::collection::btree_set("[a-d]", 0..4),
        ) {
            let (before, after): (Vec<_>, Vec<_>) = (before.into_iter().collect(), after.into_iter().collect());
            let mut changed = TagChange::between(&before, &after).apply(&before);
            changed.sort();
            prop_assert_eq!(changed, after);
        }
    }
}
