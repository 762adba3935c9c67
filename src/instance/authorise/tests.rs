//! What grants allow and refuse.

use super::*;
use crate::instance::actions::{Answer, Call, Outcome};
use crate::instance::grant_part::GRANT_PART;
use crate::model::{DomainGrant, DomainId, DomainPermission, DomainRole, PointerAddress, Timestamp};
use futures::future::BoxFuture;

fn run<'a>(_call: &'a Call<'a>) -> BoxFuture<'a, Answer> {
    Box::pin(async { Ok(Outcome::Success(Value::Null)) })
}

fn row(access: Access, writes: bool) -> Action {
    Action {
        name: "get_pointer",
        help: "",
        access,
        writes,
        destroys: |_| false,
        within: Some(DomainRole::Reader),
        result: "",
        errors: &[],
        parameters: &[],
        run,
    }
}

fn code(result: Result<(), Problem>) -> Option<Code> {
    result.err().map(|problem| problem.code)
}

fn part(result: Result<(), Problem>) -> String {
    let problem = result.unwrap_err();
    assert_eq!(problem.code, Code::NotGranted);
    problem.details[GRANT_PART].as_str().unwrap().to_owned()
}

#[test]
fn a_refusal_names_the_part_of_the_grant_that_refused() {
    let none = Grant::default();
    let mut far = Grant::read(["get_pointer"]);
    far.sources = Some(vec!["10.0.0.0/8".parse().unwrap()]);
    assert_eq!(part(action(&none, &row(Access::Granted, false), false)), "action");
    assert_eq!(part(action(&far, &row(Access::Granted, true), false)), "writes");
    assert_eq!(part(source(&far, Some("11.1.2.3".parse().unwrap()))), "source");
}

#[test]
fn access_decides_who_may_call() {
    let none = Grant::default();
    let named = Grant::read(["get_pointer"]);
    assert_eq!(code(action(&none, &row(Access::Anyone, false), false)), None);
    assert_eq!(
        code(action(&none, &row(Access::Granted, false), false)),
        Some(Code::NotGranted)
    );
    assert_eq!(code(action(&named, &row(Access::Granted, false), false)), None);
    assert_eq!(
        code(action(&named, &row(Access::Owner, false), false)),
        Some(Code::OwnerOnly)
    );
    assert_eq!(
        code(action(&Grant::owner(), &row(Access::Owner, true), false)),
        None
    );
}

#[test]
fn writes_need_the_grant_and_an_instance_that_takes_them() {
    let mut grant = Grant::read(["get_pointer"]);
    assert_eq!(
        code(action(&grant, &row(Access::Granted, true), false)),
        Some(Code::NotGranted)
    );
    grant.writes = true;
    assert_eq!(code(action(&grant, &row(Access::Granted, true), false)), None);
    assert_eq!(
        code(action(&Grant::owner(), &row(Access::Owner, true), true)),
        Some(Code::ReadOnly)
    );
}

#[test]
fn sources_are_compared_without_regard_to_mapped_spelling() {
    let mut grant = Grant::owner();
    assert_eq!(code(source(&grant, Some("9.9.9.9".parse().unwrap()))), None);
    grant.sources = Some(vec!["10.0.0.0/8".parse().unwrap()]);
    assert_eq!(code(source(&grant, Some("10.1.2.3".parse().unwrap()))), None);
    assert_eq!(
        code(source(&grant, Some("::ffff:10.1.2.3".parse().unwrap()))),
        None
    );
    assert_eq!(
        code(source(&grant, Some("11.1.2.3".parse().unwrap()))),
        Some(Code::NotGranted)
    );
    assert_eq!(code(source(&grant, None)), None);
}

#[test]
fn a_pointer_outside_the_scope_is_named_in_the_refusal() {
    let moment = Timestamp::from_micros(0);
    let address = PointerAddress::parse("ptr_0123456789ab").unwrap();
    let subject = Pointer {
        address: address.clone(),
        description: String::new(),
        data_reference: "https://example.org/".into(),
        tags: vec!["public".into()],
        connection_id: None,
        x: 0.0,
        y: 0.0,
        z: 0.0,
        created_at: moment,
        last_modified: moment,
        credential_pointer_address: None,
        federated: None,
    };
    let mut grant = Grant::default();
    let refusal = pointer(&grant, &subject).unwrap_err();
    assert_eq!(refusal.code, Code::NotGranted);
    assert_eq!(refusal.details[GRANT_PART], "pointer");
    assert!(refusal.message.contains(address.as_str()));
    grant.pointers.tags.insert("public".into());
    assert_eq!(code(pointer(&grant, &subject)), None);
}

#[test]
fn a_grant_bound_to_a_domain_allows_what_its_permissions_say_and_nothing_outside() {
    let bound = |permission| {
        let mut grant = Grant::read(["get_pointer"]);
        grant.writes = true;
        grant.domain = Some(DomainGrant {
            domain_id: DomainId::parse("dom_0123456789ab").unwrap(),
            permissions: [permission].into(),
        });
        grant
    };
    let needing = |within| Action {
        within,
        ..row(Access::Granted, true)
    };
    let administers = needing(Some(DomainRole::Administrator));
    let reader = bound(DomainPermission::ReadPointers);
    assert_eq!(code(action(&reader, &row(Access::Granted, false), false)), None);
    assert_eq!(part(action(&reader, &administers, false)), "domain");
    let administrator = bound(DomainPermission::AdminDomain);
    assert_eq!(code(action(&administrator, &administers, false)), None);
    assert_eq!(part(action(&administrator, &needing(None), false)), "domain");
    // The grant's own list still counts.
    let mut without = administrator.clone();
    without.actions.clear();
    assert_eq!(part(action(&without, &administers, false)), "action");
}

#[test]
fn a_read_only_instance_refuses_every_action_that_changes_something_and_no_other() {
    for row in crate::instance::actions::table::ALL {
        let refused = code(action(&Grant::owner(), row, true)) == Some(Code::ReadOnly);
        assert_eq!(refused, row.writes, "{}", row.name);
    }
}
