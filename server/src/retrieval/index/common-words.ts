import { wordsOf } from './words.ts';

/** Words of which nearly every text has some, in the languages of most documents. Names of things are not among them. */
const TEXTS = [
  `a about above after again against all also am an and any anyone are as at be because been before being below between both but by
  can cannot could did do does doing done down during each ever every few for from further get gets give given had has have having he
  her here hers him his how i if in into is it its just let like made make many may me might more most much must my no nor not of off
  on once one only or other our out over own please same she should since so some still such tell than that the their them then
  there these they this those through to too under until up upon us use used very want was we were what when where whether which
  while who whom whose why will with within without would yes yet you your s t d ll re ve m don doesn didn isn aren wasn`,
  `aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis bist da dabei damit dann das dass
  dein deine dem den denn der des dessen die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer
  eines er es etwas euch euer fur gegen gibt hab habe haben hat hatte hatten hier ich ihm ihn ihnen ihr ihre im in ist ja jede jedem
  jeden jeder jedes kann kein keine konnen man mein meine mich mir mit muss mussen nach nicht noch nur ob oder ohne sehr sein seine
  seit sich sie sind so soll sollen sondern uber um und uns unser unsere unter vom von vor wann war waren warum was weil welche
  welcher welches wem wen wenn wer werden wie wieder wieviel will wir wird wo woher wohin zu zum zur zwischen`,
  `au aux avec c ce ces cet cette comme comment d dans de des du elle elles en est et etre eu il ils j je l la le les leur leurs lui
  m ma mais me meme mes moi mon n ne nos notre nous on ont ou par pas peut plus pour pourquoi qu quand que quel quelle quelles quels qui
  quoi s sa sans se ses si son sont sur ta te tes toi ton tu un une vos votre vous y`,
  `al algo como con cual cuando cuanto de del desde donde el ella ellas ellos en entre era es esa ese eso esta estan este esto fue ha
  hasta hay la las le les lo los mas me mi mis muy nada no nos o para pero por porque puede que quien se ser si sin sobre son su sus
  te tiene tu un una uno y ya`,
  `alla alle anche che chi ci come con cosa da dal dalla dei del della delle di dove e gli ha hanno i il io la le lei loro lui ma mi
  nei nel nella non o per perche piu puo quale quali quando quanto questa questo se sono su sul sulla ti tra un una uno vi`,
  `ao aos as com da das do dos e ela elas ele eles em entre essa esse esta este eu foi isso ja mais mas na nas nao no nos o onde os ou
  para pela pelo por qual quando quanto que quem se sem ser seu sua sao tem um uma voce`,
  `aan als bij dan dat de die dit door een en er had heb hebben heeft het hij hoe hun ik in is je kan maar me met mijn naar niet nog of om
  onder ons ook op over te tot u uit van veel voor waar waarom want wanneer was wat we wel welke wie wij worden wordt ze zich zijn zo`,
];

export const COMMON_WORDS: ReadonlySet<string> = new Set(TEXTS.flatMap(wordsOf));
