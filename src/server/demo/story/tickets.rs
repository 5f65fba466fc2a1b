//! The support tickets of the month, with what a good answer says.

pub struct Ticket {
    pub title: &'static str,
    /// Index of the customers.
    pub from: usize,
    pub priority: &'static str,
    pub channel: &'static str,
    pub says: &'static str,
    pub answer: &'static str,
    /// Days ago.
    pub age: i64,
}

macro_rules! tickets {
    ($($age:literal, $from:literal, $priority:literal, $channel:literal, $title:literal, $says:literal, $answer:literal;)+) => {
        &[$(Ticket {
            title: $title, from: $from, priority: $priority, channel: $channel, says: $says, answer: $answer, age: $age,
        }),+]
    };
}

pub const TICKETS: &[Ticket] = tickets![
    30, 0, "urgent", "phone", "CryoVault 80 door alarm every night at 02:00",
        "The alarm goes off every night during the defrost window. Display says E14. Samples are fine so far, −78 °C at worst.",
        "E14 during the defrost window comes from the door heater setting. Please hold SET for five seconds, choose P7 and set it to 2. If the alarm comes back, we send an engineer within two working days.";
    30, 9, "normal", "email", "AquaPure 3: conductivity too high after filter change",
        "We changed the filter on Monday and the meter still shows 1.9 µS/cm. Before it was 0.6.",
        "New cartridges need about 30 litres before the reading settles. Please flush three times ten litres and read again; above 1.0 after that, the cartridge is faulty and we replace it.";
    29, 3, "high", "web", "HX-200 stops at 3,000 rpm with imbalance error",
        "Error IMB although the rotor is loaded evenly. Happens with both rotors. Course starts on Thursday.",
        "Please check that the rotor nut is tight and that the feet stand on a hard surface. If IMB still shows with an empty rotor, the sensor has moved and an engineer can be with you before the course.";
    28, 17, "urgent", "phone", "Freezer in haematology at −61 °C and rising",
        "Compressor 2 does not start. Samples are being moved to the backup freezer now.",
        "Thank you for moving the samples at once. Please leave the door closed and switch compressor 2 off at the rear panel. An engineer with a replacement starter is on the way.";
    26, 13, "normal", "email", "Calibration certificate for DeltaSense missing",
        "The meter came without its certificate. Our audit is in three weeks.",
        "The certificate is attached to the delivery note; it lies in the lid of the case. We also send you a signed copy as PDF today.";
    25, 21, "normal", "web", "Lumis MR export loses the plate name",
        "Since firmware 4.2 the CSV has an empty column where the plate name was.",
        "This is a known fault of 4.2. Version 4.2.1 puts the name back; you can install it from the service menu without losing protocols.";
    23, 28, "low", "email", "Spare lids for RotaVap S flasks",
        "Do you still sell the PTFE lids for one-litre flasks? We need six.",
        "Yes, they are HI-RVS-112 in packs of three. Two packs are in stock and can go out the day you order.";
    22, 34, "high", "email", "Two centrifuges arrived with the wrong mains plug",
        "Order HD-20418. Both HX-200 have the British plug. Customer waits.",
        "We are sorry. Two mains leads of type F go out by express today; the units themselves take 230 V and need no change.";
    20, 16, "high", "phone", "Incubator CO₂ reading drifts by 0.7 %",
        "Thermoline 4 in room 3 shows 5.0 % but our reference meter says 4.3 %.",
        "A drift of 0.7 % needs a sensor calibration. It takes 20 minutes with a gas of known content; our engineer can do it at the service visit or guide you on the phone.";
    18, 8, "normal", "web", "How long may the UV lamp of AquaPure 3 run",
        "The display asks for a new lamp after 8,000 hours. Can we run it to the end of the quarter?",
        "The lamp loses a third of its dose by 9,000 hours, so we advise to change it within two weeks. A lamp is reserved for you.";
    16, 25, "normal", "chat", "PhotoSpec 9 does not find the network printer",
        "After the move to the new building the spectrophotometer no longer prints.",
        "The instrument keeps the old subnet. Menu, Network, Forget, then let it ask for an address again. If the printer is on another subnet, your IT has to open port 9100.";
    14, 0, "normal", "email", "Second key for CryoVault 80 rack lock",
        "We need a second key for the rack lock, serial CV80-1177.",
        "Keys are cut by serial number and take four working days. Yours is on order and costs nothing, because the second key should have been in the box.";
    13, 20, "high", "web", "Lumis MR: plate carrier jams at row H",
        "Carrier stops at row H about once in ten plates. No error shown. It is our only reader.",
        "Please stop using row H until the rail is cleaned: it can scratch the carrier. A loan reader can be with you tomorrow while ours is repaired.";
    11, 1, "normal", "email", "Invoice HD-20402 shows the old VAT number",
        "Our VAT number changed on the first of the month. Please correct and send again.",
        "Thank you for telling us. The record is corrected and a new invoice follows; the payment date stays the same.";
    9, 30, "low", "web", "Manual of HX-200 in German",
        "The box had only the English manual.",
        "The German manual is on its way as PDF, and a printed one goes out with the next post.";
    8, 35, "urgent", "email", "RotaVap S loses vacuum, production stopped",
        "Vacuum falls from 40 to 300 mbar in a minute. Seals are new. Production of standards stands still.",
        "With new seals the most likely cause is a hair crack in the condenser. Please close valve 2: if the vacuum holds then, it is the condenser, and one is in stock for express.";
    6, 3, "normal", "web", "Extend service plan to the two new centrifuges",
        "We bought two HX-200 in spring. Can they go into our plan from next month?",
        "They can: the plan grows by two units from the first of the month. A new contract sheet follows for your signature.";
    4, 22, "normal", "email", "Which standard does the turbidity option follow",
        "Our tender asks for ISO 7027. Does PhotoSpec 9 meet it with the option?",
        "With option T the measurement follows ISO 7027-1 at 860 nm. The declaration of conformity is attached for your tender.";
    3, 12, "high", "phone", "Loan unit HX-200 needed until Friday",
        "Our centrifuge is with you for repair, and the audit samples cannot wait.",
        "A loan HX-200 is reserved for you and can leave tomorrow morning; it comes with the same rotor.";
    1, 9, "high", "email", "AquaPure 3 leaks at the tank valve",
        "A litre overnight. We put a tray under it.",
        "Please close the blue valve and lower the tank pressure to 2 bar. The valve is a wear part; a new one goes out today and takes ten minutes to fit.";
];
