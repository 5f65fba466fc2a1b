//! Members and their roles.

use crate::db::databases;
use crate::identity::{Fixture, PASSWORD};
use countersign::domain::AppError;
use countersign::domain::member::{NewMember, PatchMember, Role};
use countersign::domain::page::PageQuery;
use countersign::domain::token::{NewToken, Scope};
use countersign::server::services::{authentication, members, tokens};

fn to(role: Role) -> PatchMember {
    PatchMember { role: Some(role), disabled: None }
}

fn disabled(disabled: bool) -> PatchMember {
    PatchMember { role: None, disabled: Some(disabled) }
}

#[tokio::test]
async fn roles_are_given_by_those_who_may() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let user = |role| acme.person(role).user_id;
        let patch = |by, of, change| {
            let (allowed, db) = (acme.allow(by), db.clone());
            let user = user(of);
            async move { members::member_patch(&allowed, &db, user, change).await }
        };
        let before = acme.traces().await;
        let changed = patch(Role::Admin, Role::Viewer, to(Role::Reviewer)).await.unwrap();
        assert_eq!(changed.role, Role::Reviewer, "{}", test.name);
        patch(Role::Admin, Role::Viewer, to(Role::Reviewer)).await.unwrap();
        assert_eq!(acme.traces().await, (before.0 + 1, before.1 + 1), "the second changed nothing");
        for (by, of, change) in [
            (Role::Admin, Role::Viewer, to(Role::Owner)),
            (Role::Admin, Role::Owner, to(Role::Viewer)),
            (Role::Admin, Role::Owner, disabled(true)),
        ] {
            let refused = patch(by, of, change).await;
            assert!(matches!(refused, Err(AppError::Forbidden { .. })), "{refused:?}");
        }
        let own = patch(Role::Owner, Role::Owner, to(Role::Viewer)).await;
        assert!(matches!(own, Err(AppError::Refused { .. })));
        let globex = Fixture::new(&db, "globex").await;
        let foreign = members::member_patch(&globex.owner(), &db, user(Role::Viewer), to(Role::Admin)).await;
        assert_eq!(foreign, Err(AppError::not_found("member")));
    }
}

#[tokio::test]
async fn two_owners_who_demote_each_other_leave_one() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let (one, two) = (acme.person(Role::Owner).user_id, acme.person(Role::Admin).user_id);
        members::member_patch(&acme.owner(), &db, two, to(Role::Owner)).await.unwrap();
        let mut second = acme.ctx(Role::Admin);
        if let countersign::server::services::ctx::Holder::Human { role, .. } = &mut second.principal.holder {
            *role = Role::Owner;
        }
        let (first, second) = (acme.owner(), second.allow().unwrap());
        let (a, b) = tokio::join!(
            members::member_patch(&first, &db, two, to(Role::Viewer)),
            members::member_patch(&second, &db, one, to(Role::Viewer)),
        );
        assert_ne!(a.is_ok(), b.is_ok(), "{}: {a:?} {b:?}", test.name);
    }
}

#[tokio::test]
async fn a_disabled_member_is_out_at_once() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let reviewer = acme.person(Role::Reviewer);
        let token = NewToken {
            name: "Mine".into(),
            agent_id: None,
            scopes: vec![Scope::ApprovalsRead],
            expires_in_days: None,
        };
        let token = tokens::token_create(&acme.allow(Role::Reviewer), &db, token).await.unwrap().token;
        let off = members::member_patch(&acme.owner(), &db, reviewer.user_id, disabled(true)).await.unwrap();
        assert!(off.disabled_at.is_some());
        assert!(authentication::authenticate_session(&db, &reviewer.session).await.is_err(), "{}", test.name);
        assert!(authentication::authenticate_bearer(&db, &token).await.is_err());
        members::member_patch(&acme.owner(), &db, reviewer.user_id, disabled(false)).await.unwrap();
        authentication::authenticate_bearer(&db, &token).await.unwrap();
        assert!(
            authentication::authenticate_session(&db, &reviewer.session).await.is_err(),
            "the session ended for good"
        );
    }
}

#[tokio::test]
async fn members_are_added_and_listed_by_address() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let new = |email: &str, role| NewMember {
            email: email.into(),
            name: "Zoë".into(),
            role,
            password: PASSWORD.into(),
        };
        let added =
            members::member_create(&acme.owner(), &db, new("Zoe@Acme.example", Role::Admin)).await.unwrap();
        assert_eq!((added.email.as_str(), added.role), ("zoe@acme.example", Role::Admin));
        let again = members::member_create(&acme.owner(), &db, new("zoe@acme.EXAMPLE", Role::Viewer)).await;
        assert_eq!(again.unwrap_err().errors()[0].pointer, "/email", "{}", test.name);
        let above =
            members::member_create(&acme.allow(Role::Admin), &db, new("x@acme.example", Role::Owner)).await;
        assert!(matches!(above, Err(AppError::Forbidden { .. })));

        let mut query = PageQuery { limit: Some("4".into()), cursor: None };
        let first = members::member_list(&acme.allow(Role::Viewer), &db, &query).await.unwrap();
        query.cursor = first.next_cursor.clone();
        let second = members::member_list(&acme.allow(Role::Viewer), &db, &query).await.unwrap();
        assert_eq!((first.items.len(), second.items.len(), second.next_cursor), (4, 2, None));
        let emails: Vec<_> = first.items.iter().chain(&second.items).map(|member| &member.email).collect();
        assert!(emails.is_sorted());
    }
}
