//! What waits for a decision when the demo opens: the Operations and Marketing teams' part.

use super::customers::CUSTOMERS;
use super::marketing::draft_line;
use super::people::{BOOK_COURIER, MARKETING, OPERATIONS, RESERVE_STOCK};
use super::waiting::{Waiting, after, voted};
use super::{Ask, letters};
use crate::domain::record::RecordKind as K;
use crate::server::demo::journey::{date, office_hour, spoken, stamp};
use chrono::TimeDelta;
use serde_json::json;

const MANAGER: &str = "Operations Manager";

pub const SECOND: &[Waiting] = &[
    voted(96, 200, |_, _| {
        Some(Ask::new(
            OPERATIONS,
            MANAGER,
            "financial_transaction",
            json!({"amount": "8640.00", "currency": "EUR", "counterparty": "Kaltmetall GmbH", "memo": "Door heaters, order K-5527, 40 pieces"}),
            "Pay Kaltmetall before the discount ends tonight",
        ))
    }),
    after(44, 620, |_, _| {
        Some(Ask::new(
            OPERATIONS,
            MANAGER,
            "financial_transaction",
            json!({"amount": "23180.00", "currency": "EUR", "counterparty": "Bremer Messebau", "memo": "Stand B3.214, final part"}),
            "Final part for the stand at Analytica",
        ))
    }),
    voted(600, 1_900, |_, _| {
        Some(Ask::new(
            OPERATIONS,
            MANAGER,
            "financial_transaction",
            json!({"amount": "412.00", "currency": "EUR", "counterparty": "Castelvento Pharma", "memo": "Refund of a double payment of HD-20399"}),
            "Give back what Castelvento paid twice",
        ))
    }),
    after(22, 65, |world, at| {
        Some(Ask::new(
            OPERATIONS,
            MANAGER,
            "update_payment",
            json!({"recordId": world.id(K::Invoice, 3)?, "changes": {"status": "paid", "paidOn": date(at)}}),
            "Bank shows 412.00 from Brightwater, reference HD-20399",
        ))
    }),
    after(310, 2_880, |world, at| {
        Some(Ask::new(
            OPERATIONS,
            MANAGER,
            "update_payment",
            json!({"recordId": world.id(K::Invoice, 7)?, "changes": {"dueOn": date(at + TimeDelta::days(30)), "memo": "HX-200, sample for the showroom. Deferred once, as agreed with Margit."}}),
            "Demir asks for 30 more days",
        ))
    }),
    after(420, 4_300, |world, at| {
        Some(Ask::new(
            OPERATIONS,
            MANAGER,
            "contract_modification",
            json!({"recordId": world.id(K::Document, 1)?, "summary": "Two more years, loan unit within four hours instead of a day", "changes": {"expiresOn": date(at + TimeDelta::days(795)), "body": "Maintenance of two Lumis MR, loan unit within four working hours."}}),
            "Harrow renews its service plan with a second reader",
        ))
    }),
    after(15, 41, |_, at| {
        Some(Ask::new(
            OPERATIONS,
            "Workflow Executor",
            RESERVE_STOCK,
            json!({"sku": "HI-CV80", "quantity": 4, "orderRef": "HD-20490", "until": date(at + TimeDelta::days(7))}),
            "Reserve four CryoVault 80 for Nordfjord; three are left after that",
        ))
    }),
    after(29, 110, |_, at| {
        Some(Ask::new(
            OPERATIONS,
            "Workflow Executor",
            BOOK_COURIER,
            json!({"orderRef": "HD-20486", "pickupOn": date(office_hour(at, 1, 9)), "destination": "Harrow Institute", "parcels": 1, "service": "express"}),
            "Express for the loan reader, must be there tomorrow before ten",
        ))
    }),
    after(70, 530, |_, at| {
        Some(Ask::new(
            OPERATIONS,
            "Workflow Executor",
            BOOK_COURIER,
            json!({"orderRef": "HD-20487", "pickupOn": date(office_hour(at, 2, 9)), "destination": "Hospices de Beaulieu", "parcels": 5, "service": "tail lift"}),
            "Tail lift for five freezers to Beaulieu",
        ))
    }),
    after(100, 840, |_, at| {
        Some(Ask::new(
            OPERATIONS,
            "Workflow Executor",
            RESERVE_STOCK,
            json!({"sku": "HI-HX200", "quantity": 2, "orderRef": "HD-20488", "until": date(at + TimeDelta::days(3))}),
            "Two centrifuges for Demir, from the showroom's stock",
        ))
    }),
    after(55, 360, |world, at| {
        let day = office_hour(at, 7, 9);
        Some(Ask::new(
            OPERATIONS,
            "Resource Allocator",
            "update_calendar",
            json!({"recordId": world.id(K::Event, 5)?, "changes": {"startsAt": stamp(day), "endsAt": stamp(day + TimeDelta::hours(4))}}),
            format!("Brightwater's service visit to {}, together with the tank", spoken(day)),
        ))
    }),
    after(84, 420, |world, at| {
        Some(Ask::new(
            OPERATIONS,
            "Task Prioritizer",
            "update_task",
            json!({"recordId": world.id(K::Task, 9)?, "changes": {"priority": "urgent", "dueAt": stamp(office_hour(at, 1, 12))}}),
            "Seals run out tomorrow, and two repairs wait for them",
        ))
    }),
    after(160, 1_000, |world, at| {
        Some(Ask::new(
            OPERATIONS,
            "Task Prioritizer",
            "update_task",
            json!({"recordId": world.id(K::Task, 3)?, "changes": {"status": "in_progress", "dueAt": stamp(office_hour(at, 14, 15))}}),
            "The electrician comes next week, so the move has begun",
        ))
    }),
    after(19, 600, |_, at| {
        Some(Ask::new(
            OPERATIONS,
            "Resource Allocator",
            "check_availability",
            json!({"from": stamp(office_hour(at, 7, 7)), "to": stamp(office_hour(at, 7, 18))}),
            "Is an engineer free for Brightwater next week",
        ))
    }),
    after(36, 900, |_, _| {
        Some(Ask::new(
            OPERATIONS,
            "Task Prioritizer",
            "list_items",
            json!({"kind": "task", "limit": 100}),
            "All open tasks, for the order of next week",
        ))
    }),
    after(64, 1_380, |world, _| {
        Some(Ask::new(
            OPERATIONS,
            MANAGER,
            "read_data",
            json!({"recordId": world.id(K::Document, 2)?}),
            "Look up Demir's discount before the quarterly review",
        ))
    }),
    after(130, 2_000, |_, _| {
        Some(Ask::new(
            OPERATIONS,
            MANAGER,
            "log_activity",
            json!({"message": "Carrier confirms the new pallet rate from the first of the month: 84 instead of 91 euro."}),
            "Keep the carrier's word on the new rate",
        ))
    }),
    after(250, 5_700, |world, _| {
        let ids = [2_usize, 4, 5].iter().filter_map(|&line| world.id(K::Task, line)).collect::<Vec<_>>();
        Some(Ask::new(
            OPERATIONS,
            "Task Prioritizer",
            "bulk_delete",
            json!({"kind": "task", "ids": ids}),
            "Three tasks of last month that are done and only clutter the board",
        ))
    }),
    after(12, 28, |world, _| {
        Some(Ask::new(
            MARKETING,
            "Content Creator",
            "publish_content",
            json!({"title": "Case study: Brightwater saves 40 % of its water", "body": "Hannah Wolfe had a number to beat: 1,900 litres a day. Six months and six instruments later it is 1,140.\n\nHow they did it, what it cost, and what they would do differently.", "channel": "website", "recordId": world.id(K::Document, draft_line() + 1)?}),
            "Publish the case study, Hannah Wolfe has agreed to the text",
        ))
    }),
    after(125, 1_100, |_, _| {
        Some(Ask::new(
            MARKETING,
            "Content Creator",
            "publish_content",
            json!({"title": "We are at Analytica, stand B3.214", "body": "Come and open a freezer at −80 °C with your bare hands. Once.", "channel": "LinkedIn"}),
            "Announce the stand, eight days before the fair",
        ))
    }),
    after(80, 330, |_, _| {
        let to: Vec<_> = CUSTOMERS.iter().step_by(2).map(|who| who.email).collect();
        Some(Ask::new(
            MARKETING,
            "Campaign Manager",
            "send_mass_email",
            json!({"to": to, "subject": "Come and see us at Analytica", "body": format!("Dear customer,\n\nwe show the new incubator at stand B3.214, and we have coffee. A free ticket for you is behind the link in your confirmation.\n\n{}", letters::SIGNED), "replyTo": "news@halden-instruments.example"}),
            "Invitation to the fair, 18 customers who were there last time",
        ))
    }),
    after(500, 7_900, |_, _| {
        Some(Ask::new(
            MARKETING,
            "Analytics Agent",
            "export_data",
            json!({"kind": "contact", "format": "csv", "purpose": "Badges and table plan of the user day"}),
            "Contacts for the badges of the user day",
        ))
    }),
    after(170, 640, |world, _| {
        Some(Ask::new(
            MARKETING,
            "Campaign Manager",
            "update_crm_field",
            json!({"recordId": world.id(K::Campaign, 2)?, "field": "goal", "value": "16 demos of AquaPure 3, four of them at breweries"}),
            "Goal was set before the breweries answered",
        ))
    }),
    after(290, 1_200, |_, _| {
        Some(Ask::new(
            MARKETING,
            "Campaign Manager",
            "send_internal_notification",
            json!({"title": "Fair rota is final", "body": "Stand B3.214, two people at all times. Swaps go through Tomas.", "role": "operator"}),
            "Tell operators that the rota is final",
        ))
    }),
];
