//! The example workspace on both databases: it fills, quickly, with a month that looks lived in, and the clock comes
//! home. And the README names what the code has.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should say where"
)]

#[path = "../support/db.rs"]
#[allow(dead_code, reason = "shared with other suites")]
mod databases;
mod readme;

use chrono::TimeDelta;
use countersign::domain::approval::{Approval, ApprovalFilter};
use countersign::domain::member::Role;
use countersign::domain::memory::{Memory, MemoryFilter, MemoryVisibility};
use countersign::domain::token::Scope;
use countersign::domain::trust::{TrustFilter, TrustGrant, TrustStatus};
use countersign::server::actions::perform::Executors;
use countersign::server::config::Config;
use countersign::server::demo;
use countersign::server::services;
use countersign::server::services::approvals::read;
use countersign::server::services::authentication::authenticate_bearer;
use countersign::server::services::ctx::{Credential, Holder, Principal, ReadApprovals, RequestCtx};
use countersign::server::storage::Db;
use std::collections::{BTreeMap, HashSet};
use std::time::Instant;

async fn all(db: &Db, token: &str) -> Vec<Approval> {
    let principal = authenticate_bearer(db, token).await.expect("the example agent's token works");
    let ctx = RequestCtx { principal, request_id: "test".to_owned(), idempotency_key: None };
    let by = ctx.allow::<ReadApprovals>().unwrap();
    let mut found = Vec::new();
    let mut filter = ApprovalFilter {
        status: Some("all".to_owned()),
        limit: Some("200".to_owned()),
        ..Default::default()
    };
    loop {
        let page = read::list(&by, db, &filter).await.unwrap();
        found.extend(page.items);
        match page.next_cursor {
            Some(next) => filter.cursor = Some(next),
            None => return found,
        }
    }
}

/// What is suggested and granted when the demo opens.
async fn trust(db: &Db, token: &str) -> Vec<TrustGrant> {
    let principal = authenticate_bearer(db, token).await.expect("the example agent's token works");
    let by = Principal {
        credential: Credential::Token {
            id: countersign::domain::ids::TokenId(db.clock.id()),
            scopes: vec![Scope::Teams],
        },
        ..principal
    };
    let ctx = RequestCtx { principal: by, request_id: "test".to_owned(), idempotency_key: None };
    services::trust::list(&ctx.allow().unwrap(), db, &TrustFilter::default()).await.unwrap().items
}

/// What a person sees of the memory.
async fn memories(db: &Db, token: &str) -> Vec<Memory> {
    let principal = authenticate_bearer(db, token).await.expect("the example agent's token works");
    let holder = Holder::Human {
        user_id: countersign::domain::ids::UserId(db.clock.id()),
        name: "Anybody".to_owned(),
        role: Role::Viewer,
        hold_seconds: 10,
    };
    let credential = Credential::Session(countersign::domain::ids::SessionId(db.clock.id()));
    let by = Principal { holder, credential, ..principal };
    let ctx = RequestCtx { principal: by, request_id: "test".to_owned(), idempotency_key: None };
    let filter = MemoryFilter { limit: Some("200".to_owned()), ..MemoryFilter::default() };
    services::memory::memory_list(&ctx.allow().unwrap(), db, &filter).await.unwrap().items
}

fn count<T: ToString>(of: impl Iterator<Item = T>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for one in of {
        *counts.entry(one.to_string()).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn the_month_looks_lived_in() {
    rustls::crypto::ring::default_provider().install_default().ok();
    for database in databases::databases().await {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        let db = database.node().await;
        let began = Instant::now();
        let access = demo::fill(&db, Executors::from_config(&config, &db).unwrap()).await.unwrap();
        println!("{}: filled in {:?}", database.name, began.elapsed());
        assert!(began.elapsed().as_secs() < 30, "{}: {:?}", database.name, began.elapsed());
        assert_eq!(database.clock.offset(), TimeDelta::zero());
        let roles: HashSet<Role> = access.members.iter().map(|member| member.role).collect();
        assert_eq!(roles.len(), Role::ALL.len());

        let approvals = all(&db, &access.agent_token).await;
        let by_status = count(approvals.iter().map(|a| a.status));
        let at_least = |status: &str, least: usize| {
            assert!(by_status.get(status).is_some_and(|&n| n >= least), "{status} ≥ {least}: {by_status:?}");
        };
        for (status, least) in [
            ("pending", 38),
            ("approved", 120),
            ("auto_approved", 80),
            ("rejected", 15),
            ("expired", 3),
            ("withdrawn", 3),
        ] {
            at_least(status, least);
        }
        assert!((330..=520).contains(&(approvals.len() - by_status["pending"])), "{by_status:?}");
        let outcomes = count(approvals.iter().map(|a| a.outcome.status));
        assert!(outcomes["failed"] >= 3 && (1..=4).contains(&outcomes["unknown"]), "{outcomes:?}");
        assert!(!outcomes.contains_key("queued") && !outcomes.contains_key("running"), "{outcomes:?}");
        assert!(approvals.iter().any(|a| a.original_data.is_some()), "somebody edited");

        let now = database.clock.now();
        for approval in &approvals {
            let age = now - approval.created_at;
            assert!(age >= TimeDelta::zero() && age < TimeDelta::days(31), "{approval:?}");
            assert!(
                approval.reviewed_at.is_none_or(|at| at >= approval.created_at && at <= now),
                "{approval:?}"
            );
        }
        let waiting: Vec<_> = approvals.iter().filter(|a| a.status.to_string() == "pending").collect();
        assert_eq!(count(waiting.iter().map(|a| a.risk_level)).len(), 4, "every risk waits");
        let by_trust = approvals.iter().filter(|a| a.trust_grant_id.is_some());
        assert!(by_trust.count() >= 4, "some ran by a grant");
        let live = trust(&db, &access.agent_token).await;
        let has = |status: TrustStatus, kind: &str| {
            live.iter().any(|g| g.status == status && g.action_type == kind && g.approvals_in_row >= 5)
        };
        assert!(has(TrustStatus::Accepted, "send_internal_notification"), "{live:?}");
        assert!(has(TrustStatus::Suggested, "create_note"), "{live:?}");
        assert!(
            waiting.iter().any(|a| a.required_approvals == 2 && a.votes.len() == 1),
            "one vote is missing"
        );
        assert!(waiting.iter().any(|a| a.description.contains('\u{202e}')), "hostile text waits");
        let memories = memories(&db, &access.agent_token).await;
        let of = |visibility: MemoryVisibility| memories.iter().any(|one| one.visibility == visibility);
        assert!(MemoryVisibility::ALL.iter().all(|visibility| of(*visibility)), "{memories:?}");
        assert!(memories.len() >= 7 && memories.iter().any(|one| one.read_count > 0), "{memories:?}");
        assert!(memories.iter().any(|one| one.content.contains('\u{202e}')), "hostile text is remembered");
        let texts: HashSet<_> = approvals.iter().map(|a| a.description.as_str()).collect();
        assert!(texts.len() * 10 >= approvals.len() * 7, "{} texts of {}", texts.len(), approvals.len());
        db.close().await;
    }
}
