//! Words in the list: common ones, rare ones, far down the list, with accents, in every sort, page by page.

use crate::actions::{of_risk, queue};
use crate::support::app::{App, House, Jobs, apps, id, text};
use chrono::TimeDelta;
use countersign::domain::catalogue::Executor;
use countersign::domain::ids::ApprovalId;
use countersign::server::storage::approvals::NewApproval;
use serde_json::Value;

/// As many as lie beyond what the list is walked for words.
const MANY: usize = 1_300;

/// Every approval says "shipment"; every 100th "harbour"; the last one alone "Łódź Müller".
async fn fill(app: &App, house: &House) {
    let agent = app.agent(house, "agent", None).await;
    let first = id(text(&queue(&agent, of_risk("medium")).await, "id"));
    let mut tx = app.db.begin().await.unwrap();
    let first = tx.approval_get(house.id, ApprovalId(first)).await.unwrap().unwrap();
    for n in 0..MANY {
        let mut approval = first.clone();
        approval.id = ApprovalId(tx.id());
        approval.created_at += TimeDelta::seconds(n as i64);
        approval.expires_at += TimeDelta::seconds(n as i64);
        approval.description = format!("shipment number{n}x");
        if n % 100 == 99 {
            approval.description.push_str(" harbour");
        }
        if n + 1 == MANY {
            approval.description.push_str(" Łódź MÜLLER");
        }
        let executor = Executor::Builtin;
        let new = NewApproval {
            approval,
            executor,
            idempotency_key: None,
            expiry_paused_at: None,
            seen: Vec::new(),
        };
        assert!(tx.approval_insert(&new).await.unwrap());
    }
    tx.commit().await.unwrap();
}

/// All pages of a search, as numbers of the fill.
async fn found(house: &House, query: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page: Value = house.viewer.get(format!("/approvals?limit=100&{query}{cursor}")).await.ok();
        for item in page["items"].as_array().unwrap() {
            let number = text(item, "description").split(['r', 'x']).nth(1).unwrap();
            found.push(number.parse().unwrap());
        }
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_wherever_they_stand_in_the_list() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        fill(&app, &house).await;
        let name = app.name();
        let all: Vec<usize> = (0..MANY).collect();
        let some: Vec<usize> = (99..MANY).step_by(100).collect();
        let reversed = |numbers: &[usize]| numbers.iter().rev().copied().collect::<Vec<_>>();
        for (sort, backwards) in [("expires_at", false), ("created_at", true), ("risk", false)] {
            let expected = |numbers: &[usize]| if backwards { reversed(numbers) } else { numbers.to_vec() };
            assert_eq!(
                found(&house, &format!("q=shipment&sort={sort}")).await,
                expected(&all),
                "{name}: {sort}"
            );
            assert_eq!(
                found(&house, &format!("q=harbour&sort={sort}")).await,
                expected(&some),
                "{name}: {sort}"
            );
        }
        // The beginning of a word is enough, its middle is not; all words must be there, in any order.
        assert_eq!(found(&house, "q=harb").await, some, "{name}");
        assert_eq!(found(&house, "q=arbour").await, Vec::<usize>::new(), "{name}");
        assert_eq!(found(&house, "q=harbour%20shipment").await, some, "{name}");
        assert_eq!(found(&house, "q=harbour%20lorry").await, Vec::<usize>::new(), "{name}");
        assert_eq!(found(&house, "q=number1299x").await, [1_299], "{name}");
        assert_eq!(found(&house, "q=number7x").await, [7], "{name}");
        // Case and accents do not matter, on either side.
        for word in ["muller", "M%C3%BCller", "mu%CC%88ller", "M%C3%9CLL"] {
            assert_eq!(found(&house, &format!("q={word}")).await, [1_299], "{name}: {word}");
        }
        // Punctuation and words of a query language are words or nothing.
        assert_eq!(found(&house, "q=harbour%20%26%20%22shipment%22%3A*").await, some, "{name}");
        assert_eq!(found(&house, "q=harbour%20OR%20lorry").await, Vec::<usize>::new(), "{name}");
        // The other conditions hold too.
        assert_eq!(found(&house, "q=harbour&status=approved").await, Vec::<usize>::new(), "{name}");
        assert_eq!(found(&house, "q=harbour&riskLevel=medium").await, some, "{name}");
        app.stop().await;
    }
}
