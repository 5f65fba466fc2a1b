//! Signing in and out, passwords, set-up.

use crate::db::databases;
use crate::identity::{Fixture, PASSWORD};
use chrono::TimeDelta;
use countersign::domain::AppError;
use countersign::domain::member::{ChangePassword, Role, SetHold, SetUp, SignIn};
use countersign::server::services::{accounts, authentication, setup};
use std::net::{IpAddr, Ipv4Addr};

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

fn sign_in(email: &str, password: &str) -> SignIn {
    SignIn { email: email.to_owned(), password: password.to_owned() }
}

#[tokio::test]
async fn a_session_lasts_fourteen_days() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let (token, me) =
            accounts::sign_in(&db, sign_in("Reviewer@ACME.example", PASSWORD), HOME).await.unwrap();
        assert_eq!((me.workspace_id, me.role), (acme.workspace, Role::Reviewer), "{}", test.name);
        let principal = authentication::authenticate_session(&db, &token).await.unwrap();
        assert_eq!(principal.user_id(), Some(me.user_id));
        assert_eq!(principal.workspace_id, acme.workspace);

        test.clock.advance(TimeDelta::days(14) - TimeDelta::minutes(1));
        authentication::authenticate_session(&db, &token).await.unwrap();
        test.clock.advance(TimeDelta::minutes(2));
        assert_eq!(
            authentication::authenticate_session(&db, &token).await,
            Err(AppError::Unauthenticated),
            "{}",
            test.name
        );
        for nonsense in ["", "x", &"x".repeat(5000)] {
            let refused = authentication::authenticate_session(&db, nonsense).await;
            assert_eq!(refused, Err(AppError::Unauthenticated));
        }
    }
}

#[tokio::test]
async fn wrong_and_unknown_look_the_same_and_are_limited() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let owner = acme.person(Role::Owner).email.clone();
        for _ in 0..10 {
            let refused = accounts::sign_in(&db, sign_in(&owner, "not the password"), HOME).await;
            assert_eq!(refused, Err(AppError::BadCredentials), "{}", test.name);
        }
        // The account is closed for everybody, with the right password too, and the origin for all accounts.
        let limited = accounts::sign_in(&db, sign_in(&owner, PASSWORD), ELSEWHERE).await.unwrap_err();
        let AppError::RateLimited { retry_after } = limited else { panic!("{limited:?}") };
        assert!((1..=900).contains(&retry_after), "{retry_after}");
        let unknown = accounts::sign_in(&db, sign_in("nobody@acme.example", PASSWORD), HOME).await;
        assert!(matches!(unknown, Err(AppError::RateLimited { .. })), "{unknown:?}");
        let other = accounts::sign_in(&db, sign_in("admin@acme.example", PASSWORD), ELSEWHERE).await;
        assert!(other.is_ok(), "{other:?}");
        let unknown = accounts::sign_in(&db, sign_in("nobody@acme.example", PASSWORD), ELSEWHERE).await;
        assert_eq!(unknown, Err(AppError::BadCredentials));

        test.clock.advance(TimeDelta::minutes(15));
        accounts::sign_in(&db, sign_in(&owner, PASSWORD), HOME).await.unwrap();
    }
}

#[tokio::test]
async fn guesses_sent_at_once_are_counted_before_the_next_starts() {
    for test in databases().await {
        let db = test.node().await;
        Fixture::new(&db, "acme").await;
        let guesses = (0..20).map(|n| {
            let db = db.clone();
            tokio::spawn(async move {
                accounts::sign_in(&db, sign_in("owner@acme.example", &format!("guess {n}")), HOME).await
            })
        });
        let mut tried = 0;
        for guess in guesses.collect::<Vec<_>>() {
            match guess.await.unwrap().unwrap_err() {
                AppError::BadCredentials => tried += 1,
                AppError::RateLimited { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        assert!((10..=11).contains(&tried), "{}: {tried} passwords were tried", test.name);
    }
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let email = acme.person(Role::Viewer).email.clone();
        let (other, _) = accounts::sign_in(&db, sign_in(&email, PASSWORD), HOME).await.unwrap();
        let wrong = ChangePassword { current: "not it".into(), new: "a new long password".into() };
        let refused = accounts::change_password(&acme.allow(Role::Viewer), &db, wrong).await.unwrap_err();
        assert_eq!(refused.errors()[0].pointer, "/current");
        let short = ChangePassword { current: PASSWORD.into(), new: "short".into() };
        let refused = accounts::change_password(&acme.allow(Role::Viewer), &db, short).await.unwrap_err();
        assert_eq!(refused.errors()[0].pointer, "/new");

        let before = acme.traces().await;
        let right = ChangePassword { current: PASSWORD.into(), new: "a new long password".into() };
        accounts::change_password(&acme.allow(Role::Viewer), &db, right).await.unwrap();
        assert_eq!(acme.traces().await, (before.0 + 1, before.1 + 1));
        let own = &acme.person(Role::Viewer).session;
        authentication::authenticate_session(&db, own).await.unwrap();
        assert!(authentication::authenticate_session(&db, &other).await.is_err(), "{}", test.name);
        assert!(accounts::sign_in(&db, sign_in(&email, PASSWORD), HOME).await.is_err());
        accounts::sign_in(&db, sign_in(&email, "a new long password"), HOME).await.unwrap();

        accounts::sign_out(&acme.allow(Role::Viewer), &db).await.unwrap();
        accounts::sign_out(&acme.allow(Role::Viewer), &db).await.unwrap();
        assert!(authentication::authenticate_session(&db, own).await.is_err());
    }
}

#[tokio::test]
async fn the_hold_is_a_persons_own_within_bounds() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let me = accounts::set_hold_seconds(&acme.owner(), &db, SetHold { hold_seconds: 100 }).await.unwrap();
        assert_eq!(me.hold_seconds, 100);
        for bad in [-1, 101] {
            let refused = accounts::set_hold_seconds(&acme.owner(), &db, SetHold { hold_seconds: bad }).await;
            assert_eq!(refused.unwrap_err().errors()[0].pointer, "/holdSeconds");
        }
        assert_eq!(accounts::me(&acme.owner(), &db).await.unwrap().hold_seconds, 100);
        assert_eq!(accounts::me(&acme.allow(Role::Viewer), &db).await.unwrap().hold_seconds, 10);
    }
}

#[tokio::test]
async fn a_session_moves_only_where_its_person_is_a_member() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let globex = Fixture::new(&db, "globex").await;
        let refused = accounts::switch_workspace(&acme.allow(Role::Viewer), &db, globex.workspace).await;
        assert_eq!(refused, Err(AppError::not_found("workspace")));
        let mut tx = db.begin().await.unwrap();
        tx.member_insert(globex.workspace, acme.person(Role::Viewer).user_id, Role::Admin).await.unwrap();
        tx.commit().await.unwrap();
        let me = accounts::switch_workspace(&acme.allow(Role::Viewer), &db, globex.workspace).await.unwrap();
        assert_eq!((me.role, me.workspaces.len()), (Role::Admin, 2));
        let principal =
            authentication::authenticate_session(&db, &acme.person(Role::Viewer).session).await.unwrap();
        assert_eq!((principal.workspace_id, principal.role()), (globex.workspace, Some(Role::Admin)));
    }
}

fn set_up(token: &str, workspace: &str) -> SetUp {
    SetUp {
        token: token.to_owned(),
        workspace: workspace.to_owned(),
        name: "Ada".to_owned(),
        email: format!("Ada@{workspace}.example"),
        password: PASSWORD.to_owned(),
    }
}

#[tokio::test]
async fn the_set_up_link_works_once_and_for_fifteen_minutes() {
    for test in databases().await {
        let db = test.node().await;
        let missing = Err(AppError::not_found("set-up link"));
        let replaced = setup::create_setup_link(&db).await.unwrap().unwrap();
        let over = setup::create_setup_link(&db).await.unwrap().unwrap();
        assert_eq!(setup::check_setup_link(&db, &replaced).await, missing);
        setup::check_setup_link(&db, &over).await.unwrap();
        test.clock.advance(TimeDelta::minutes(15));
        assert_eq!(setup::check_setup_link(&db, &over).await, missing);
        assert_eq!(setup::setup(&db, set_up(&over, "acme")).await.map(drop), missing);

        let link = setup::create_setup_link(&db).await.unwrap().unwrap();
        let weak = SetUp { password: "short".into(), ..set_up(&link, "acme") };
        assert_eq!(setup::setup(&db, weak).await.unwrap_err().errors()[0].pointer, "/password");
        let (one, two) = tokio::join!(
            setup::setup(&db, set_up(&link, "acme")),
            setup::setup(&db, set_up(&link, "globex")),
        );
        let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
        assert_eq!(lost.map(drop), missing, "{}", test.name);
        let (token, me) = won.unwrap();
        assert_eq!((me.role, me.email.to_lowercase()), (Role::Owner, me.email.clone()));
        authentication::authenticate_session(&db, &token).await.unwrap();
        assert_eq!(setup::create_setup_link(&db).await.unwrap(), None);
        assert_eq!(setup::check_setup_link(&db, &link).await, missing);
    }
}
