//! Action types, webhooks and the workspace's own settings.

use crate::db::databases;
use crate::freeze::pending;
use crate::identity::Fixture;
use countersign::domain::AppError;
use countersign::domain::action_type::{CustomExecutor, NewActionType, PatchActionType, ReclassActionType};
use countersign::domain::canonical::Data;
use countersign::domain::catalogue::{self, Executor};
use countersign::domain::ids::WebhookId;
use countersign::domain::member::Role;
use countersign::domain::page::PageQuery;
use countersign::domain::risk::RiskLevel;
use countersign::domain::webhook::{NewWebhook, PatchWebhook};
use countersign::domain::workspace::{InternalDomains, PresetReasons};
use countersign::server::actions::outside::guard::GuardSettings;
use countersign::server::services::{action_types, webhooks, workspaces};

fn new_type(name: &str, executor: CustomExecutor, webhook_id: Option<WebhookId>) -> NewActionType {
    NewActionType {
        name: name.into(),
        title: "Rotate a key".into(),
        risk_level: RiskLevel::High,
        schema: Some(Data::parse(r#"{"type":"object","required":["key"]}"#).unwrap()),
        executor,
        webhook_id,
        required_approvals: 2,
    }
}

fn new_webhook(name: &str) -> NewWebhook {
    NewWebhook { name: name.into(), url: "https://example.com/hook".into() }
}

#[tokio::test]
async fn a_built_in_type_is_re_classed_and_put_back() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let globex = Fixture::new(&db, "globex").await;
        let reclass = ReclassActionType { risk_level: RiskLevel::Critical, required_approvals: 3 };
        let name = "send_email";
        let after =
            action_types::action_type_reclass(&acme.owner(), &db, name, reclass.clone(), None).await.unwrap();
        assert_eq!(
            (after.risk_level, after.required_approvals, after.version),
            (RiskLevel::Critical, 3, Some(1))
        );
        assert_eq!(after.default_risk_level, Some(RiskLevel::High));
        let stored = db.read().await.unwrap().action_type_get(acme.workspace, name).await.unwrap().unwrap();
        assert_eq!((stored.terms.risk_level, stored.custom), (RiskLevel::Critical, false), "{}", test.name);
        let again = action_types::action_type_reclass(&acme.owner(), &db, name, reclass.clone(), Some(1))
            .await
            .unwrap();
        assert_eq!(again.version, Some(2));
        let stale =
            action_types::action_type_reclass(&acme.owner(), &db, name, reclass.clone(), Some(1)).await;
        assert!(matches!(stale, Err(AppError::Changed { .. })));
        let all = action_types::action_type_list(&globex.owner(), &db).await.unwrap();
        assert_eq!(all.len(), catalogue::all().len());
        assert!(all.iter().all(|kind| kind.version.is_none()), "another workspace is as it came");
        action_types::action_type_delete(&acme.owner(), &db, name, Some(2)).await.unwrap();
        let reset = action_types::action_type_get(&acme.allow(Role::Viewer), &db, name).await.unwrap();
        assert_eq!((reset.risk_level, reset.version), (RiskLevel::High, None));
        for unknown in ["nothing_such", "Bad Name", "a\0"] {
            let missing = action_types::action_type_get(&acme.owner(), &db, unknown).await;
            assert_eq!(missing, Err(AppError::not_found("action type")));
        }
    }
}

#[tokio::test]
async fn a_type_of_the_workspaces_own_fits_its_executor() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let globex = Fixture::new(&db, "globex").await;
        let hook =
            webhooks::webhook_create(&acme.owner(), &db, new_webhook("Ops"), &GuardSettings::default())
                .await
                .unwrap();
        let hook = hook.webhook.id;
        let theirs =
            webhooks::webhook_create(&globex.owner(), &db, new_webhook("Ops"), &GuardSettings::default())
                .await;
        let theirs = theirs.unwrap().webhook.id;
        let create = |input| {
            let (allowed, db) = (acme.owner(), db.clone());
            async move { action_types::action_type_create(&allowed, &db, input).await }
        };
        use CustomExecutor::{Agent, Webhook};
        let made = create(new_type("ops.rotate_key", Webhook, Some(hook))).await.unwrap();
        assert_eq!((made.executor, made.custom, made.version), (Executor::Webhook, true, Some(1)));
        let mut bad_schema = new_type("x", Agent, None);
        bad_schema.schema = Some(Data::parse(r#"{"type":7}"#).unwrap());
        for (input, at) in [
            (new_type("ops.rotate_key", Agent, None), "/name"),
            (new_type("send_email", Agent, None), "/name"),
            (new_type("Send Email", Agent, None), "/name"),
            (new_type("x", Webhook, None), "/webhookId"),
            (new_type("x", Webhook, Some(theirs)), "/webhookId"),
            (new_type("x", Agent, Some(hook)), "/webhookId"),
            (bad_schema, "/schema"),
        ] {
            let refused = create(input).await.unwrap_err();
            assert!(refused.errors()[0].pointer.starts_with(at), "{}: {refused:?}", test.name);
        }
        let used = webhooks::webhook_delete(&acme.owner(), &db, hook, None).await;
        assert!(matches!(used, Err(AppError::Refused { .. })));

        let patch = PatchActionType { executor: Some(Agent), ..PatchActionType::default() };
        let changed =
            action_types::action_type_patch(&acme.owner(), &db, "ops.rotate_key", patch.clone(), Some(1))
                .await;
        let changed = changed.unwrap();
        assert_eq!((changed.executor, changed.webhook_id, changed.version), (Executor::Agent, None, Some(2)));
        let foreign =
            action_types::action_type_patch(&globex.owner(), &db, "ops.rotate_key", patch, None).await;
        assert_eq!(foreign, Err(AppError::not_found("action type")));
        webhooks::webhook_delete(&acme.owner(), &db, hook, Some(1)).await.unwrap();
        let own = action_types::action_type_list(&acme.owner(), &db).await.unwrap();
        assert_eq!(own.last().unwrap().name, "ops.rotate_key");

        let mut tx = db.begin().await.unwrap();
        let id = pending(&acme, None, Some(acme.agent_id)).await_in(&mut tx, "ops.rotate_key").await;
        tx.commit().await.unwrap();
        let awaited = action_types::action_type_delete(&acme.owner(), &db, "ops.rotate_key", None).await;
        assert!(matches!(awaited, Err(AppError::Refused { .. })), "{id}");
    }
}

#[tokio::test]
async fn a_webhook_shows_its_secret_once() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let globex = Fixture::new(&db, "globex").await;
        let made =
            webhooks::webhook_create(&acme.owner(), &db, new_webhook("Ops"), &GuardSettings::default())
                .await
                .unwrap();
        assert!(made.secret.starts_with("whsec_") && made.secret.len() == 50, "{}", made.secret);
        let id = made.webhook.id;
        let kept = db.read().await.unwrap().webhook_secret(acme.workspace, id).await.unwrap();
        assert_eq!(kept, Some(made.secret), "{}", test.name);
        let kept = db.read().await.unwrap().webhook_secret(globex.workspace, id).await.unwrap();
        assert_eq!(kept, None);
        let plain = NewWebhook { name: "Plain".into(), url: "http://example.com/".into() };
        let refused =
            webhooks::webhook_create(&acme.owner(), &db, plain.clone(), &GuardSettings::default()).await;
        assert_eq!(refused.unwrap_err().errors()[0].pointer, "/url");
        let open = GuardSettings { allow_http: true, allow: Vec::new() };
        webhooks::webhook_create(&acme.owner(), &db, plain, &open).await.unwrap();
        let off = || PatchWebhook { enabled: Some(false), ..PatchWebhook::default() };
        let patched =
            webhooks::webhook_patch(&acme.owner(), &db, id, off(), Some(1), &GuardSettings::default())
                .await
                .unwrap();
        assert_eq!((patched.enabled, patched.version), (false, 2));
        let foreign =
            webhooks::webhook_patch(&globex.owner(), &db, id, off(), None, &GuardSettings::default()).await;
        assert_eq!(foreign, Err(AppError::not_found("webhook")));
        let all =
            webhooks::webhook_list(&acme.allow(Role::Viewer), &db, &PageQuery::default()).await.unwrap();
        assert_eq!(all.items.len(), 2);
        let unseen = acme.ctx(Role::Operator).allow::<countersign::server::services::ctx::Administer>();
        assert!(unseen.is_err());
    }
}

#[tokio::test]
async fn internal_domains_are_kept_sorted() {
    for test in databases().await {
        let db = test.node().await;
        let acme = Fixture::new(&db, "acme").await;
        let set = |domains: &[&str]| {
            let input = InternalDomains { domains: domains.iter().map(|d| (*d).to_owned()).collect() };
            let (allowed, db) = (acme.owner(), db.clone());
            async move { workspaces::internal_domains_set(&allowed, &db, input).await }
        };
        let kept = set(&["b.example", "a.example", "b.example"]).await.unwrap();
        assert_eq!(kept.domains, ["a.example", "b.example"]);
        assert_eq!(
            workspaces::internal_domains_get(&acme.owner(), &db).await.unwrap(),
            kept,
            "{}",
            test.name
        );
        for bad in ["localhost", "A.example", "-a.example", "a..example", "user@a.example", "a.example/"] {
            assert_eq!(set(&[bad]).await.unwrap_err().errors()[0].pointer, "/domains", "{bad}");
        }
        let name = workspaces::workspace_get(&acme.allow(Role::Viewer), &db).await.unwrap().name;
        assert_eq!(name, "acme");
    }
}

#[tokio::test]
async fn preset_reasons_are_the_usual_ones_until_some_are_kept() {
    for test in databases().await {
        let db = test.node().await;
        let (acme, globex) = (Fixture::new(&db, "acme").await, Fixture::new(&db, "globex").await);
        let usual = PresetReasons::default();
        assert_eq!(workspaces::preset_reasons_get(&acme.allow(Role::Viewer), &db).await.unwrap(), usual);
        for kept in [&["Zu spät", "Arg \"quoted\""][..], &[]] {
            let kept = PresetReasons { reasons: kept.iter().map(|reason| (*reason).to_owned()).collect() };
            workspaces::preset_reasons_set(&acme.owner(), &db, kept.clone()).await.unwrap();
            assert_eq!(
                workspaces::preset_reasons_get(&acme.owner(), &db).await.unwrap(),
                kept,
                "{}",
                test.name
            );
            let user = acme.person(Role::Viewer).user_id;
            let me = db.read().await.unwrap().me_get(user, acme.workspace).await.unwrap().unwrap();
            assert_eq!(me.preset_reasons, kept.reasons);
        }
        assert_eq!(workspaces::preset_reasons_get(&globex.owner(), &db).await.unwrap(), usual);
    }
}
