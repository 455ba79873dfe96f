/** Short documents of a small company, near enough to each other that a search can go wrong. */
export const DOCUMENTS: Record<string, string> = {
  'travel expenses': `Employees who travel for the company are paid back what they spent. Train tickets in second class are always covered; first class needs the approval of a team lead beforehand. Hotels are covered up to 140 euros a night, breakfast included.

Receipts must reach the office within thirty days of the journey. A journey in one's own car is paid with 32 cents a kilometre. Meals are paid as a flat sum of 28 euros for a full day and 14 euros for half a day.`,
  'parental leave': `Parents may stay at home for up to three years after a child is born. The request must be sent to the personnel office seven weeks before the leave begins, in writing.

During the first fourteen months the state pays a part of the last salary. Working up to 32 hours a week is allowed during that time. After the leave everybody returns to a position of the same worth.`,
  'sick days': `An employee who is ill calls the team lead before nine in the morning. A doctor's certificate is needed from the third day on. The health insurer sends it to us electronically; nobody has to bring paper.

Pay continues for six weeks. When a child is ill, a parent may stay at home for fifteen days a year.`,
  'coffee machine': `The coffee machine on the second floor is a bean-to-cup model. Every evening the drip tray is emptied and the milk tube is rinsed with warm water. Once a week the brewing unit is taken out and washed without soap.

When the red lamp blinks, the machine wants to be descaled: pour half a litre of the blue descaling liquid into the water tank and press the left button for five seconds. It takes twenty minutes and cannot be interrupted.`,
  'water heater': `The water heater in the cellar serves the showers and the kitchen. Its pressure must stand between 1.2 and 1.8 bar. When it falls below, open the filling tap beside the boiler slowly until the needle is in the green field.

Once a year a fitter replaces the magnesium rod that keeps the tank from rusting. Error code F28 means that the gas does not ignite: close the tap, air the room and call the fitter.`,
  'door locks': `Doors open with a badge. A lost badge is reported at once at extension 112, day or night; it is blocked within a minute. A new one costs fifteen euros, which are taken from the next salary.

Visitors get a badge for one day at the reception and are accompanied at all times. The server room needs a second factor: the code from the telephone app, entered within thirty seconds.`,
  'backup of data': `All servers are backed up each night at two o'clock. Copies are kept for ninety days in a second data centre in Nuremberg, encrypted with a key that only the two administrators have.

Restoring a single file takes about ten minutes and is asked for with a ticket. A full restore of a server is practised twice a year; the last exercise took three hours and forty minutes.`,
  'password rules': `Passwords have at least fourteen characters. They are never sent by mail or told on the telephone, not to the help desk either. A password manager is installed on all computers.

Passwords do not have to be changed regularly, but at once when somebody else may have learned one. After ten wrong tries an account is locked for fifteen minutes.`,
  'bicycle leasing': `Everybody who has been with us for six months can lease a bicycle. The monthly rate is taken from the gross salary, which saves taxes; the company pays the insurance against theft.

The contract runs for thirty-six months. At its end the bicycle can be bought for eighteen per cent of its price or given back. Electric bicycles up to 25 kilometres an hour count too.`,
  'honey harvest': `Our two bee colonies stand on the roof. In late June and at the beginning of August the honey is taken out, when more than two thirds of a comb are sealed with wax. It must hold less than eighteen per cent of water, otherwise it ferments.

The combs are spun in the extractor and the honey runs through two sieves. A colony is left with fifteen kilograms for the winter, or is fed with sugar syrup in September.`,
  'sourdough bread': `The sourdough starter in the canteen fridge is fed every Monday: 50 grams of starter, 50 grams of rye flour and 50 grams of water. On the day before baking it stands in the warmth for twelve hours.

The dough rests for three hours and is folded each half hour. It is baked in an iron pot at 250 degrees, twenty-five minutes with the lid on and twenty minutes without it.`,
  printing: `There is one printer on each floor. Jobs wait until somebody holds a badge to the reader and are thrown away after twelve hours. Colour is for customers' papers only.

Paper jams are mostly found behind the left flap. Toner is ordered by the machine itself; the empty cartridges are collected in the grey box at the post room. Large posters are printed by the copy shop in Market Street on our account number KX-77120.`,
  'company car': `Three electric cars stand in the underground garage and are booked in the calendar. An employee who returns one with less than thirty per cent charge plugs it in. The charging card lies in the glove box and works at all public stations.

Accidents are reported to the police, however small, and to the fleet office within a day. Fines are paid by the driver. The cars may not be taken abroad without written leave.`,
  'works meeting': `The works council has seven members and is elected every four years; the next election is in March. It meets on the first Tuesday of the month in room Danube.

It must be heard before each dismissal and has a say in working hours, holidays and the introduction of software that watches people. A works meeting of all employees is held once in each quarter, during paid time.`,
};

/** Questions with the document that answers them. Few of them use its words. */
export const QUESTIONS: [question: string, document: string][] = [
  ['How much may a room for the night cost on a business trip?', 'travel expenses'],
  ['What do I get per kilometre with my private vehicle?', 'travel expenses'],
  ['Until when do I have to hand in bills after a trip?', 'travel expenses'],
  ['How long can a mother stay home with a newborn?', 'parental leave'],
  ['How early must I announce that I will take time off for my baby?', 'parental leave'],
  ['From which day do I need a note from a physician?', 'sick days'],
  ['My daughter has a fever, may I take care of her?', 'sick days'],
  ['The espresso maker shows a blinking red light', 'coffee machine'],
  ['How often is the brewing group cleaned?', 'coffee machine'],
  ['There is no hot water and the display shows F28', 'water heater'],
  ['What pressure should the boiler have?', 'water heater'],
  ['I cannot find my access card', 'door locks'],
  ['How does a guest get into the building?', 'door locks'],
  ['How long are copies of our data stored?', 'backup of data'],
  ['I deleted a file by mistake, can I get it back?', 'backup of data'],
  ['How many characters does a login secret need?', 'password rules'],
  ['My account is locked, for how long?', 'password rules'],
  ['Can I get an e-bike through the firm?', 'bicycle leasing'],
  ['What happens to the bike after three years?', 'bicycle leasing'],
  ['When are the combs ripe for extraction?', 'honey harvest'],
  ['What do bees eat in the cold season?', 'honey harvest'],
  ['At what temperature is the loaf baked?', 'sourdough bread'],
  ['How do I keep the starter alive?', 'sourdough bread'],
  ['Where do used toner cartridges go?', 'printing'],
  ['Who prints big posters for us?', 'printing'],
  ['Where is the charging card of the electric vehicles?', 'company car'],
  ['I had a small crash in the parking lot with the pool vehicle', 'company car'],
  ['When is the next election of employee representatives?', 'works meeting'],
  ['Does somebody have to be asked before a person is fired?', 'works meeting'],
];
