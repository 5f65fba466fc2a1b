//! Deciding: approve, reject, edit, vote, confirm, undo, withdraw; who may and who never may.

use crate::actions::{
    approve, approve_critical, fresh, no, of_risk, pending, place, queue, reject, stored, target, yes,
};
use crate::support::app::{Jobs, apps, text};
use chrono::TimeDelta;
use countersign::args;
use countersign::domain::token::Scope;
use countersign::server::storage::tokens::TokenFor;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_taken_once_and_says_who_took_it() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        for (approved, status, event) in
            [(true, "approved", "approval.approved"), (false, "rejected", "approval.rejected")]
        {
            let approval = pending(&agent).await;
            let decision = if approved { yes(&approval) } else { no(&approval) };
            let id = text(&approval, "id");
            let decided =
                app.writes(id, &[event], house.reviewer.post(place(&approval), decision)).await.ok();
            assert_eq!(decided["approval"]["status"], status, "{}", app.name());
            assert_eq!(decided["approval"]["reviewedBy"], json!(house.reviewer.id));
            assert_eq!(decided["approval"]["reviewerName"], json!(house.reviewer.name));
            assert_eq!(decided["votesMissing"], 0);
            assert_eq!(decided["approval"], stored(&house.reviewer, &approval).await, "{}", app.name());
            let outcome = if approved { "queued" } else { "none" };
            assert_eq!(decided["approval"]["outcome"]["status"], outcome);
            for late in [yes(&approval), no(&approval)] {
                let answer = app.writes(id, &[], house.second.post(place(&approval), late)).await;
                let problem = answer.refused(409, "conflict");
                assert_eq!(problem["conflict"]["status"], status);
                assert_eq!(problem["conflict"]["by"], json!(house.reviewer.name));
                assert!(problem["conflict"]["at"].is_string(), "{problem}");
            }
            let sql = "SELECT COUNT(*) FROM approval_patterns WHERE approval_id = $1 AND approved = $2";
            let patterns = app.count(sql, args![crate::support::app::id(id), approved]).await;
            assert_eq!(patterns, 1, "{}: the decision is kept for learned trust", app.name());
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_signed_with_its_own_hash_and_its_own_risk() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let action = json!({"actionType": "own.unheard", "actionData": {"note": "hello"}});
        let approval = queue(&agent, action).await;
        assert_eq!(approval["riskLevel"], "high");
        let mut decision = yes(&approval);
        decision["editedActionData"] = json!({"note": "hello", "amount": "9.00"});
        // The edit raises the risk, so that it needs the confirmation of a critical action; nothing of it stays.
        let id = text(&approval, "id");
        let answer = app.writes(id, &[], house.reviewer.post(place(&approval), decision.clone())).await;
        let problem = answer.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/confirmation");
        assert_eq!(stored(&house.reviewer, &approval).await, approval, "{}", app.name());
        decision["confirmation"] = json!(target(&house.reviewer, &approval).await);
        let step = house.reviewer.post(place(&approval), decision);
        let decided = app.writes(id, &["approval.edited", "approval.approved"], step).await.ok();
        let now = &decided["approval"];
        assert_eq!(now["riskLevel"], "critical", "{}: {now}", app.name());
        assert_eq!(now["actionData"], json!({"note": "hello", "amount": "9.00"}));
        assert_eq!(now["originalData"], json!({"note": "hello"}));
        assert_ne!(now["argsHash"], approval["argsHash"]);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_held_against_the_type_and_a_rejection_edits_nothing() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = pending(&agent).await;
        let mut bad = yes(&approval);
        bad["editedActionData"] = json!({"title": 5});
        let problem = house.reviewer.post(place(&approval), bad).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/editedActionData/title", "{}", app.name());
        let mut bad = no(&approval);
        bad["editedActionData"] = json!({"title": "other"});
        let problem = house.reviewer.post(place(&approval), bad).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/editedActionData");
        assert_eq!(fresh(&agent, &approval).await["status"], "pending");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_votes_are_of_several_people_and_fall_with_an_edit() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let mut action = of_risk("medium");
        action["requiredApprovals"] = json!(3);
        let approval = queue(&agent, action).await;
        let id = text(&approval, "id");
        let first = app.writes(id, &["approval.voted"], approve(&house.reviewer, &approval)).await.ok();
        assert_eq!((&first["votesMissing"], &first["approval"]["status"]), (&json!(2), &json!("pending")));
        let twice = app.writes(id, &[], approve(&house.reviewer, &approval)).await;
        let problem = twice.refused(409, "conflict");
        assert_eq!(problem["conflict"]["by"], json!(house.reviewer.name), "{}", app.name());
        let second = approve(&house.second, &approval).await.ok();
        assert_eq!(second["votesMissing"], 1);
        assert_eq!(second["approval"]["votes"].as_array().unwrap().len(), 2);
        // An edit: a new hash, and only the editor's vote counts for it.
        let mut edit = yes(&approval);
        edit["editedActionData"] = json!({"title": "Send another quote"});
        let step = house.admin.post(place(&approval), edit);
        let edited = app.writes(id, &["approval.edited", "approval.voted"], step).await.ok();
        assert_eq!(edited["votesMissing"], 2, "{}: {edited}", app.name());
        let votes = edited["approval"]["votes"].as_array().unwrap();
        assert_eq!((votes.len(), &votes[0]["userId"]), (1, &json!(house.admin.id)));
        approve(&house.reviewer, &approval).await.refused(412, "changed");
        let approval = fresh(&house.reviewer, &approval).await;
        approve(&house.reviewer, &approval).await.ok();
        let step = approve(&house.second, &approval);
        let last = app.writes(id, &["approval.voted", "approval.approved"], step).await.ok();
        assert_eq!((&last["votesMissing"], &last["approval"]["status"]), (&json!(0), &json!("approved")));
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_rejection_rejects_whatever_was_voted() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let mut action = of_risk("medium");
        action["requiredApprovals"] = json!(3);
        let approval = queue(&agent, action).await;
        approve(&house.reviewer, &approval).await.ok();
        let decided = reject(&house.second, &approval).await.ok();
        assert_eq!(decided["approval"]["status"], "rejected", "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_vote_at_once_both_count() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let mut action = of_risk("medium");
        action["requiredApprovals"] = json!(2);
        for round in 0..25 {
            let approval = queue(&agent, action.clone()).await;
            let (one, two) = tokio::join!(
                spawned(&house.reviewer.caller, &approval),
                spawned(&house.second.caller, &approval)
            );
            let case = format!("{} round {round}: {} {}", app.name(), one.text(), two.text());
            let mut missing = [one.ok()["votesMissing"].clone(), two.ok()["votesMissing"].clone()];
            missing.sort_by_key(|value| value.as_i64());
            assert_eq!(missing, [json!(0), json!(1)], "{case}");
            let approval = fresh(&agent, &approval).await;
            assert_eq!(approval["status"], "approved", "{case}");
            assert_eq!(approval["votes"].as_array().unwrap().len(), 2, "{case}");
            let trail = app.trail(text(&approval, "id")).await;
            let expected = ["approval.requested", "approval.voted", "approval.voted", "approval.approved"];
            assert_eq!(trail, expected, "{case}");
        }
        app.stop().await;
    }
}

/// On a task of its own, so that two of them really run at once.
async fn spawned(
    by: &crate::support::app::Caller,
    approval: &serde_json::Value,
) -> crate::support::app::Answer {
    let (by, approval) = (by.clone(), approval.clone());
    tokio::spawn(async move { approve(&by, &approval).await }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_most_votes_that_anybody_asked_for_are_needed() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let team = json!({"name": "two eyes", "autonomyLevel": "supervised", "requiredApprovals": 2});
        let team = house.team_with(team, &[&agent]).await;
        let mut action = of_risk("low");
        action["teamId"] = json!(team);
        for (asked, needed) in [(None, 2), (Some(1), 2), (Some(3), 3)] {
            action["requiredApprovals"] = json!(asked);
            let approval = queue(&agent, action.clone()).await;
            assert_eq!(approval["requiredApprovals"], needed, "{}: {asked:?}", app.name());
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_critical_action_needs_its_target_typed() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = queue(&agent, of_risk("critical")).await;
        let id = text(&approval, "id").to_owned();
        for wrong in [json!(null), json!(""), json!("yes"), json!("acme ltd")] {
            let mut decision = yes(&approval);
            decision["confirmation"] = wrong;
            let answer = app.writes(&id, &[], house.reviewer.post(place(&approval), decision)).await;
            let problem = answer.refused(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], "/confirmation", "{}", app.name());
        }
        assert_eq!(target(&house.reviewer, &approval).await, "Acme Ltd");
        let decided = approve_critical(&house.reviewer, &approval).await.ok();
        assert_eq!(decided["approval"]["status"], "approved");
        assert!(decided["approval"]["holdUntil"].is_null(), "critical decisions are not held: {decided}");
        // Rejecting needs no such thing.
        let approval = queue(&agent, of_risk("critical")).await;
        reject(&house.reviewer, &approval).await.ok();
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_decides_on_what_they_asked_for() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", Some(&house.reviewer)).await;
        let own_token = app.with_token(&house.operator, Scope::ALL).await;
        let by_person = pending(&house.operator).await;
        let by_token = pending(&own_token).await;
        let by_agent = pending(&agent).await;
        for (approval, own) in [
            (&by_person, &house.operator.caller),
            (&by_person, &own_token),
            (&by_token, &house.operator.caller),
            (&by_agent, &house.reviewer.caller),
        ] {
            for decision in [yes(approval), no(approval)] {
                own.post(place(approval), decision).await.refused(403, "own_request");
            }
            own.post(format!("{}/extend", place(approval)), json!({"seconds": 60}))
                .await
                .refused(403, "own_request");
            let item = json!({"id": approval["id"], "argsHash": approval["argsHash"]});
            let bulk = own.post("/approvals/bulk", json!({"items": [item], "approved": true})).await.ok();
            assert_eq!(bulk["results"][0]["status"], "forbidden", "{}: {bulk}", app.name());
            let form =
                json!({"id": approval["id"], "input": {"approved": true, "argsHash": approval["argsHash"]}});
            own.post("/api/fn/approvals/decide", form).await.refused(403, "own_request");
            assert_eq!(fresh(own, approval).await["status"], "pending", "{}", app.name());
        }
        // Nor do they take back what others decided.
        approve(&house.second, &by_agent).await.ok();
        house
            .reviewer
            .post(format!("{}/undo", place(&by_agent)), json!({}))
            .await
            .refused(403, "own_request");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_in_an_agents_name_is_not_decided_by_its_owner() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", Some(&house.reviewer)).await;
        let mut action = of_risk("medium");
        action["agentId"] = json!(agent.id);
        let approval = queue(&house.operator, action).await;
        approve(&house.reviewer, &approval).await.refused(403, "own_request");
        approve(&house.operator, &approval).await.refused(403, "own_request");
        approve(&house.second, &approval).await.ok();
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_never_decide_whatever_their_token_says() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let (asks, decides) =
            (app.agent(&house, "asks", None).await, app.agent(&house, "decides", None).await);
        // No service makes such a token; the gate does not rely on that.
        let all = app.bearer(&app.token(house.id, TokenFor::Agent(decides.id), Scope::ALL).await);
        let approval = pending(&asks).await;
        let id = text(&approval, "id").to_owned();
        let input = json!({"approved": true, "argsHash": approval["argsHash"]});
        let item = json!({"id": approval["id"], "argsHash": approval["argsHash"]});
        let picked = format!("{id}.{}", text(&approval, "argsHash"));
        for (path, body) in [
            (place(&approval), yes(&approval)),
            (place(&approval), no(&approval)),
            ("/approvals/bulk".to_owned(), json!({"items": [item], "approved": true})),
            (format!("{}/undo", place(&approval)), json!({})),
            (format!("{}/extend", place(&approval)), json!({"seconds": 60})),
            (format!("{}/retry", place(&approval)), json!({})),
            ("/api/fn/approvals/decide".to_owned(), json!({"id": id, "input": input})),
            ("/api/fn/approvals/bulk".to_owned(), json!({"input": {"picked": [picked], "approved": true}})),
            ("/api/fn/approvals/undo".to_owned(), json!({"id": id})),
            ("/api/fn/approvals/extend".to_owned(), json!({"id": id, "input": {"seconds": 60}})),
            ("/api/fn/approvals/retry".to_owned(), json!({"id": id})),
        ] {
            for by in [&all, &asks.caller] {
                let answer = app.writes(&id, &[], by.post(&path, body.clone())).await;
                answer.refused(403, "agents_never_decide");
            }
        }
        assert_eq!(stored(&asks, &approval).await, approval, "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_token_decides_only_with_the_scope_and_the_role() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = pending(&agent).await;
        let reads =
            app.with_token(&house.reviewer, &[Scope::ApprovalsRead, Scope::Settings, Scope::Account]).await;
        approve(&reads, &approval).await.refused(403, "forbidden");
        let looks = app.with_token(&house.viewer, Scope::ALL).await;
        approve(&looks, &approval).await.refused(403, "forbidden");
        approve(&house.viewer, &approval).await.refused(403, "forbidden");
        approve(&app.nobody(), &approval).await.refused(401, "unauthenticated");
        let decides = app.with_token(&house.reviewer, &[Scope::ApprovalsDecide]).await;
        let decided = approve(&decides, &approval).await.ok();
        assert_eq!(decided["approval"]["reviewedBy"], json!(house.reviewer.id), "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_decision_can_be_undone_until_its_hold_is_over() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = pending(&agent).await;
        let (id, undo) = (text(&approval, "id").to_owned(), format!("{}/undo", place(&approval)));
        let decided = approve(&house.reviewer, &approval).await.ok();
        let held = chrono::DateTime::parse_from_rfc3339(text(&decided["approval"], "holdUntil")).unwrap();
        let at = chrono::DateTime::parse_from_rfc3339(text(&decided["approval"], "reviewedAt")).unwrap();
        assert_eq!(held - at, TimeDelta::seconds(10), "{}", app.name());
        house.viewer.post(&undo, json!({})).await.refused(403, "forbidden");
        let back = app.writes(&id, &["approval.undone"], house.reviewer.post(&undo, json!({}))).await.ok();
        assert_eq!((&back["status"], &back["outcome"]["status"]), (&json!("pending"), &json!("none")));
        assert!(back["reviewedBy"].is_null() && back["holdUntil"].is_null(), "{back}");
        house.reviewer.post(&undo, json!({})).await.refused(409, "conflict");
        // Another decision can follow, and stands when its hold is over.
        approve(&house.second, &approval).await.ok();
        app.advance(TimeDelta::seconds(11));
        let answer = app.writes(&id, &[], house.second.post(&undo, json!({}))).await;
        answer.refused(409, "conflict");
        // A rejection and a high decision have no hold.
        let rejected = pending(&agent).await;
        reject(&house.reviewer, &rejected).await.ok();
        house.reviewer.post(format!("{}/undo", place(&rejected)), json!({})).await.refused(409, "conflict");
        let high = queue(&agent, of_risk("high")).await;
        let decided = approve(&house.reviewer, &high).await.ok();
        assert!(decided["approval"]["holdUntil"].is_null(), "{decided}");
        house.reviewer.post(format!("{}/undo", place(&high)), json!({})).await.refused(409, "conflict");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_asked_withdraws_and_only_while_it_waits() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let (agent, other) = (app.agent(&house, "agent", None).await, app.agent(&house, "other", None).await);
        let approval = pending(&agent).await;
        let (id, withdraw) = (text(&approval, "id").to_owned(), format!("{}/withdraw", place(&approval)));
        let reason = json!({"reason": "No longer needed"});
        for by in [&other.caller, &house.operator.caller, &house.owner.caller, &house.reviewer.caller] {
            app.writes(&id, &[], by.post(&withdraw, reason.clone())).await.refused(403, "forbidden");
        }
        let step = agent.post(&withdraw, reason.clone());
        let withdrawn = app.writes(&id, &["approval.withdrawn"], step).await.ok();
        assert_eq!(
            (&withdrawn["status"], &withdrawn["reviewNotes"]),
            (&json!("withdrawn"), &json!("No longer needed"))
        );
        let problem = approve(&house.reviewer, &approval).await.refused(409, "conflict");
        assert_eq!(problem["conflict"]["status"], "withdrawn");
        assert_eq!(problem["conflict"]["by"], json!(agent.name), "{}", app.name());
        agent.post(&withdraw, reason.clone()).await.refused(409, "conflict");
        let decided = pending(&house.operator).await;
        approve(&house.reviewer, &decided).await.ok();
        let late = house.operator.post(format!("{}/withdraw", place(&decided)), reason).await;
        assert_eq!(late.refused(409, "conflict")["conflict"]["status"], "approved");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_detail_says_who_may_decide_and_why_not() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", Some(&house.second)).await;
        let approval = pending(&agent).await;
        let may = |by: crate::support::app::Caller| {
            let body = json!({"id": approval["id"]});
            async move { by.post("/api/fn/approvals/get", body).await.ok() }
        };
        assert_eq!(may(house.reviewer.caller.clone()).await["mayDecide"], true, "{}", app.name());
        for by in [&house.second.caller, &house.viewer.caller, &agent.caller] {
            let detail = may(by.clone()).await;
            assert_eq!(detail["mayDecide"], false, "{}: {detail}", app.name());
            assert!(detail["whyNot"].is_string(), "{detail}");
        }
        approve(&house.reviewer, &approval).await.ok();
        let detail = may(house.reviewer.caller.clone()).await;
        assert_eq!(detail["mayDecide"], false, "{}: a decided approval takes no decision", app.name());
        let history: Vec<&str> =
            detail["history"].as_array().unwrap().iter().map(|row| text(row, "event")).collect();
        assert_eq!(history, ["approval.requested", "approval.approved"]);
        app.stop().await;
    }
}
