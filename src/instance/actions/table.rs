//! The table of actions, in alphabetical order. What is not here cannot be called.

use super::*;

/// Every action.
pub static ALL: Table = Table::of(&[
    &abort_import::ACTION,
    &accept_federation::ACTION,
    &activate_credential::ACTION,
    &activate_held_credential::ACTION,
    &add_neighbor::ACTION,
    &assign_pointer_to_connection::ACTION,
    &begin_import::ACTION,
    &change_credential::ACTION,
    &check_held_credential::ACTION,
    &clear_audit_log::ACTION,
    &commit_import::ACTION,
    &confirm_words::ACTION,
    &create_circuit::ACTION,
    &create_connection::ACTION,
    &create_credential_pointer::ACTION,
    &create_domain::ACTION,
    &create_offer::ACTION,
    &create_pointer::ACTION,
    &delete_connection::ACTION,
    &delete_domain::ACTION,
    &delete_pointer::ACTION,
    &drop_held_credential::ACTION,
    &exchange_audit_heads::ACTION,
    &exchange_heads_now::ACTION,
    &execute_creation_model::ACTION,
    &find_pointer_by_reference::ACTION,
    &find_pointers_by_tag::ACTION,
    &generate_access_key::ACTION,
    &get_admin_overview::ACTION,
    &get_all_tags::ACTION,
    &get_audit::ACTION,
    &get_available_apis::ACTION,
    &get_capabilities::ACTION,
    &get_domain_details::ACTION,
    &get_federation_status::ACTION,
    &get_graph::ACTION,
    &get_graph_dot::ACTION,
    &get_graph_stats::ACTION,
    &get_isolated_pointers::ACTION,
    &get_neighbors::ACTION,
    &get_pointer::ACTION,
    &get_pointer_relationships::ACTION,
    &get_pointer_summary::ACTION,
    &get_pointers_for_connection::ACTION,
    &get_relationships_by_type::ACTION,
    &get_unassigned_pointers::ACTION,
    &hold_credential::ACTION,
    &import_pointers::ACTION,
    &initiate_federation::ACTION,
    &invoke_through_connection::ACTION,
    &issue_credential::ACTION,
    &list_connections::ACTION,
    &list_credentials::ACTION,
    &list_domains::ACTION,
    &list_held_credentials::ACTION,
    &list_offers::ACTION,
    &list_pointers::ACTION,
    &publish_code::ACTION,
    &record_backup::ACTION,
    &record_offer_words::ACTION,
    &relay::ACTION,
    &remove_neighbor::ACTION,
    &revoke_access_key::ACTION,
    &revoke_credential::ACTION,
    &revoke_federation::ACTION,
    &rotate_credential::ACTION,
    &rotate_held_credential::ACTION,
    &seal_answer::ACTION,
    &search_by_proximity::ACTION,
    &search_pointers::ACTION,
    &set_connection_status::ACTION,
    &sign_request::ACTION,
    &suspend_credential::ACTION,
    &update_connection::ACTION,
    &update_domain::ACTION,
    &update_pointer::ACTION,
    &verify_audit::ACTION,
    &verify_held_credential::ACTION,
    &whoami::ACTION,
    &withdraw_offer::ACTION,
]);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Query;
    use std::collections::HashSet;

    #[test]
    fn names_are_sorted_so_that_each_is_found_and_none_is_there_twice() {
        assert!(ALL.iter().is_sorted_by(|left, right| left.name < right.name));
        for action in ALL {
            assert_eq!(ALL.find(action.name).map(|found| found.name), Some(action.name));
        }
        assert!(ALL.find("no_such_action").is_none());
        assert!(ALL.find("").is_none());
    }

    #[test]
    fn everything_is_documented() {
        for action in ALL {
            assert!(action.help.ends_with('.'), "{}", action.name);
            let names: HashSet<_> = action.parameters.iter().map(|parameter| parameter.name).collect();
            assert_eq!(names.len(), action.parameters.len(), "{}", action.name);
            for parameter in action.parameters {
                assert!(!parameter.help.is_empty(), "{} {}", action.name, parameter.name);
            }
        }
    }

    #[test]
    fn whatever_is_called_destroying_destroys_and_nothing_destroys_that_only_reads() {
        let beginnings = [
            "clear_",
            "delete_",
            "drop_",
            "remove_",
            "revoke_",
            "suspend_",
            "withdraw_",
        ];
        for action in ALL {
            let is_called_so = beginnings.iter().any(|begin| action.name.starts_with(begin));
            let destroys = (action.destroys)(&Query::new(action.name, serde_json::json!({})));
            assert!(!is_called_so || destroys, "{}", action.name);
            assert!(!destroys || action.writes, "{}", action.name);
        }
    }

    #[test]
    fn letting_in_again_destroys_nothing() {
        let destroys = |name: &str, parameters| {
            let query = Query::new(name, parameters);
            (ALL.find(name).unwrap().destroys)(&query)
        };
        for (name, shuts_out, lets_in) in [
            (
                "suspend_credential",
                serde_json::json!({"name": "a@b"}),
                serde_json::json!({"name": "a@b", "resume": true}),
            ),
            (
                "set_connection_status",
                serde_json::json!({"status": "disabled"}),
                serde_json::json!({"status": "active"}),
            ),
        ] {
            assert!(destroys(name, shuts_out), "{name}");
            assert!(!destroys(name, lets_in), "{name}");
        }
    }

    #[test]
    fn what_a_key_needs_fits_what_an_action_does() {
        for action in ALL {
            match action.access {
                Access::Anyone => assert_eq!(action.within, Some(DomainRole::Reader), "{}", action.name),
                Access::Owner => assert_eq!(action.within, None, "{}", action.name),
                Access::Granted if action.writes => {
                    assert_ne!(action.within, Some(DomainRole::Reader), "{}", action.name);
                }
                Access::Granted => assert_ne!(action.within, None, "{}", action.name),
            }
        }
    }

    #[test]
    fn every_action_of_the_original_is_here_and_takes_what_it_takes_there() {
        for original in crate::protocol::Actions::of_originals().list {
            let ours = ALL
                .find(&original.name)
                .unwrap_or_else(|| panic!("{} is missing", original.name));
            for parameter in &ours
                .parameters
                .iter()
                .filter(|one| one.required)
                .collect::<Vec<_>>()
            {
                let theirs = original.parameter(parameter.name);
                assert!(
                    theirs.is_some_and(|theirs| theirs.required),
                    "{}: {}",
                    ours.name,
                    parameter.name
                );
            }
            for parameter in &original.parameters {
                let is_taken = ours.parameters.iter().any(|one| one.name == parameter.name);
                assert!(is_taken, "{}: {}", ours.name, parameter.name);
            }
        }
    }

    #[test]
    fn what_needs_the_owner_is_on_record_before_it_happens_or_only_reads() {
        for action in ALL {
            // `record_backup` does nothing but go on record, and a read-only instance is backed up too.
            let reads = ["get_", "list_", "check_", "verify_audit", "record_backup"];
            let only_reads = reads.iter().any(|prefix| action.name.starts_with(prefix));
            if action.access == Access::Owner {
                assert_ne!(action.writes, only_reads, "{}", action.name);
            }
        }
    }
}
