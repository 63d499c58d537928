#include "gateway/psu_pages/texts.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/http/message.h"

namespace gateway {
namespace {

struct Entry {
  Text key;
  std::array<std::string_view, 3> words;
};

// clang-format off
constexpr std::array<Entry, static_cast<std::size_t>(Text::count_)> kTexts{{
    Entry{Text::skip, {"Skip to content", "Zum Inhalt", "Aller au contenu"}},
    Entry{Text::account_menu, {"Your account", "Ihr Konto", "Votre compte"}},
    Entry{Text::consents, {"Your consents", "Ihre Zustimmungen", "Vos consentements"}},
    Entry{Text::sign_out, {"Sign out", "Abmelden", "Se déconnecter"}},
    Entry{Text::footer, {"Your bank never asks for your password by e-mail or telephone.", "Ihre Bank fragt nie per E-Mail oder Telefon nach Ihrem Passwort.", "Votre banque ne demande jamais votre mot de passe par e-mail ou par téléphone."}},
    Entry{Text::sandbox, {"Sandbox: nothing here is real money.", "Testumgebung: hier ist kein echtes Geld.", "Environnement de test : aucun argent réel ici."}},
    Entry{Text::reference, {"Reference", "Referenz", "Référence"}},
    Entry{Text::progress, {"Progress", "Fortschritt", "Progression"}},
    Entry{Text::login_title, {"Sign in to your bank", "Bei Ihrer Bank anmelden", "Connexion à votre banque"}},
    Entry{Text::login_for_tpp, {"{0} asks for your consent. Sign in to see what it asks for. Nothing is shared yet.", "{0} bittet um Ihre Zustimmung. Melden Sie sich an, um zu sehen, worum es geht. Noch wird nichts weitergegeben.", "{0} demande votre consentement. Connectez-vous pour voir la demande. Rien n’est encore partagé."}},
    Entry{Text::login_for_dashboard, {"Sign in to see and stop the consents you have given.", "Melden Sie sich an, um Ihre Zustimmungen zu sehen und zu beenden.", "Connectez-vous pour voir et arrêter vos consentements."}},
    Entry{Text::username, {"User name", "Benutzername", "Identifiant"}},
    Entry{Text::password, {"Password", "Passwort", "Mot de passe"}},
    Entry{Text::continue_, {"Continue", "Weiter", "Continuer"}},
    Entry{Text::cancel_to_tpp, {"Cancel and return to {0}", "Abbrechen und zurück zu {0}", "Annuler et revenir à {0}"}},
    Entry{Text::never_share, {"You are on your bank’s own page. {0} does not see what you type here.", "Sie sind auf der Seite Ihrer Bank. {0} sieht nicht, was Sie hier eingeben.", "Vous êtes sur la page de votre banque. {0} ne voit pas ce que vous saisissez ici."}},
    Entry{Text::login_failed, {"That did not work. Check what you entered and try again.", "Das hat nicht geklappt. Prüfen Sie Ihre Eingaben und versuchen Sie es erneut.", "Cela n’a pas fonctionné. Vérifiez votre saisie et réessayez."}},
    Entry{Text::login_warning, {"That did not work. {0} more failed attempts and signing in is blocked for a while.", "Das hat nicht geklappt. Nach {0} weiteren Fehlversuchen ist die Anmeldung vorübergehend gesperrt.", "Cela n’a pas fonctionné. Après {0} autres échecs, la connexion sera bloquée temporairement."}},
    Entry{Text::login_blocked, {"There were too many failed attempts, so signing in is blocked for now. Try again later or call your bank.", "Nach zu vielen Fehlversuchen ist die Anmeldung vorübergehend gesperrt. Versuchen Sie es später erneut oder rufen Sie Ihre Bank an.", "La connexion est bloquée temporairement après trop d’échecs. Réessayez plus tard ou appelez votre banque."}},
    Entry{Text::bank_away, {"Your bank does not answer at the moment. Nothing was changed. Try again shortly.", "Ihre Bank antwortet gerade nicht. Es wurde nichts geändert. Versuchen Sie es gleich erneut.", "Votre banque ne répond pas pour le moment. Rien n’a été modifié. Réessayez bientôt."}},
    Entry{Text::code_title, {"Confirm it is you", "Bestätigen Sie Ihre Identität", "Confirmez votre identité"}},
    Entry{Text::code_lead, {"Enter the one-time code from your banking app or message.", "Geben Sie den Einmalcode aus Ihrer Banking-App oder Nachricht ein.", "Saisissez le code à usage unique de votre application bancaire ou de votre message."}},
    Entry{Text::code, {"One-time code", "Einmalcode", "Code à usage unique"}},
    Entry{Text::verify, {"Verify", "Bestätigen", "Vérifier"}},
    Entry{Text::approval_waiting, {"Your device has not answered yet. Approve there, then continue here.", "Ihr Gerät hat noch nicht geantwortet. Bestätigen Sie dort und machen Sie dann hier weiter.", "Votre appareil n’a pas encore répondu. Approuvez-y, puis continuez ici."}},
    Entry{Text::code_not_sent, {"We could not send a code. Wait a while, or choose another way.", "Wir konnten keinen Code senden. Warten Sie etwas oder wählen Sie einen anderen Weg.", "Nous n’avons pas pu envoyer de code. Patientez ou choisissez un autre moyen."}},
    Entry{Text::code_lead_totp, {"Enter the code that your authenticator app “{0}” shows now.", "Geben Sie den Code ein, den Ihre Authenticator-App „{0}“ jetzt zeigt.", "Saisissez le code affiché par votre application « {0} »."}},
    Entry{Text::code_lead_sent, {"We sent a code to {0}. Enter it here.", "Wir haben einen Code an {0} gesendet. Geben Sie ihn hier ein.", "Nous avons envoyé un code à {0}. Saisissez-le ici."}},
    Entry{Text::code_send, {"Send a code to {0}", "Code an {0} senden", "Envoyer un code à {0}"}},
    Entry{Text::code_send_again, {"Send a new code", "Neuen Code senden", "Envoyer un nouveau code"}},
    Entry{Text::device_title, {"Approve on your device", "Auf Ihrem Gerät bestätigen", "Approuvez sur votre appareil"}},
    Entry{Text::device_lead, {"Open your bank’s app and approve there, if it shows the same number. This page goes on by itself.", "Öffnen Sie die App Ihrer Bank und bestätigen Sie dort, wenn sie dieselbe Zahl zeigt. Diese Seite macht von selbst weiter.", "Ouvrez l’application de votre banque et approuvez si elle affiche le même nombre. Cette page continue d’elle-même."}},
    Entry{Text::device_refused, {"It was refused on your device. If that was not you, change your password.", "Auf Ihrem Gerät wurde abgelehnt. Falls Sie das nicht waren, ändern Sie Ihr Passwort.", "Refusé sur votre appareil. Si ce n’était pas vous, changez votre mot de passe."}},
    Entry{Text::device_number, {"Number to compare", "Zahl zum Vergleichen", "Nombre à comparer"}},
    Entry{Text::passkey_lead, {"Use your passkey: your device asks for your fingerprint, face or PIN.", "Benutzen Sie Ihren Passkey: Ihr Gerät fragt nach Fingerabdruck, Gesicht oder PIN.", "Utilisez votre clé d’accès : votre appareil demande empreinte, visage ou code."}},
    Entry{Text::passkey_use, {"Use passkey", "Passkey benutzen", "Utiliser la clé d’accès"}},
    Entry{Text::passkey_no_script, {"Passkeys need JavaScript. Without it, choose another way.", "Passkeys brauchen JavaScript. Wählen Sie sonst einen anderen Weg.", "Les clés d’accès exigent JavaScript. Sinon, choisissez un autre moyen."}},
    Entry{Text::passkey_sign_in, {"Sign in with a passkey", "Mit Passkey anmelden", "Se connecter avec une clé d’accès"}},
    Entry{Text::passkey_failed, {"The passkey was not used. Try again, or choose another way.", "Der Passkey wurde nicht benutzt. Versuchen Sie es erneut oder wählen Sie einen anderen Weg.", "La clé d’accès n’a pas été utilisée. Réessayez ou choisissez un autre moyen."}},
    Entry{Text::other_ways, {"Other ways to confirm", "Andere Wege zur Bestätigung", "Autres moyens de confirmer"}},
    Entry{Text::way_bank_code, {"Code from your bank", "Code Ihrer Bank", "Code de votre banque"}},
    Entry{Text::way_device, {"Approve in your bank’s app", "In der App Ihrer Bank bestätigen", "Approuver dans l’application de votre banque"}},
    Entry{Text::way_totp, {"Authenticator app {0}", "Authenticator-App {0}", "Application d’authentification {0}"}},
    Entry{Text::way_passkey, {"Passkey {0}", "Passkey {0}", "Clé d’accès {0}"}},
    Entry{Text::way_sms, {"Text message to {0}", "SMS an {0}", "SMS au {0}"}},
    Entry{Text::way_email, {"E-mail to {0}", "E-Mail an {0}", "E-mail à {0}"}},
    Entry{Text::linked_lead, {"You confirm this, and nothing else:", "Sie bestätigen dies und nichts anderes:", "Vous confirmez ceci, et rien d’autre :"}},
    Entry{Text::linked_again, {"What you confirm has changed. Confirm it once more.", "Was Sie bestätigen, hat sich geändert. Bestätigen Sie noch einmal.", "Ce que vous confirmez a changé. Confirmez à nouveau."}},
    Entry{Text::linked_amount, {"Amount: {0}", "Betrag: {0}", "Montant : {0}"}},
    Entry{Text::linked_batch, {"{0} payments, {1} in all", "{0} Zahlungen, zusammen {1}", "{0} paiements, {1} au total"}},
    Entry{Text::linked_then, {"Then each time: {0}", "Danach jedes Mal: {0}", "Puis à chaque fois : {0}"}},
    Entry{Text::linked_last, {"The last time: {0}", "Zuletzt: {0}", "La dernière fois : {0}"}},
    Entry{Text::linked_to, {"To: {0}, {1}", "An: {0}, {1}", "À : {0}, {1}"}},
    Entry{Text::linked_most_each, {"At most {0} each time", "Höchstens {0} je Zahlung", "Au plus {0} par paiement"}},
    Entry{Text::linked_most, {"At most {0} per {1}", "Höchstens {0} pro {1}", "Au plus {0} par {1}"}},
    Entry{Text::linked_funds, {"Whether there is enough money on {0}: yes or no", "Ob auf {0} genug Geld ist: ja oder nein", "Si le solde de {0} suffit : oui ou non"}},
    Entry{Text::linked_day, {"day", "Tag", "jour"}},
    Entry{Text::linked_week, {"week", "Woche", "semaine"}},
    Entry{Text::linked_fortnight, {"two weeks", "zwei Wochen", "quinzaine"}},
    Entry{Text::linked_month, {"month", "Monat", "mois"}},
    Entry{Text::linked_half_year, {"half-year", "Halbjahr", "semestre"}},
    Entry{Text::linked_year, {"year", "Jahr", "an"}},
    Entry{Text::review_title, {"Share data with {0}?", "Daten mit {0} teilen?", "Partager des données avec {0} ?"}},
    Entry{Text::review_lead, {"{0} asks your bank for read-only access. It cannot move money.", "{0} bittet Ihre Bank um reinen Lesezugriff. Geld bewegen kann es damit nicht.", "{0} demande à votre banque un accès en lecture seule. Aucun paiement n’est possible."}},
    Entry{Text::what, {"What it will see", "Was sichtbar wird", "Ce qui sera visible"}},
    Entry{Text::when, {"For how long", "Wie lange", "Pendant combien de temps"}},
    Entry{Text::period, {"Transactions", "Umsätze", "Opérations"}},
    Entry{Text::period_from, {"from {0}", "ab {0}", "à partir du {0}"}},
    Entry{Text::period_to, {"until {0}", "bis {0}", "jusqu’au {0}"}},
    Entry{Text::period_range, {"from {0} to {1}", "vom {0} bis {1}", "du {0} au {1}"}},
    Entry{Text::period_any, {"all that your bank keeps", "alle, die Ihre Bank aufbewahrt", "toutes celles que votre banque conserve"}},
    Entry{Text::until, {"Access until", "Zugriff bis", "Accès jusqu’au"}},
    Entry{Text::until_open, {"until you stop it", "bis Sie ihn beenden", "jusqu’à ce que vous l’arrêtiez"}},
    Entry{Text::accounts, {"Which accounts", "Welche Konten", "Quels comptes"}},
    Entry{Text::stop_any_time, {"You can stop this at any time under “Your consents”.", "Sie können dies jederzeit unter „Ihre Zustimmungen“ beenden.", "Vous pouvez arrêter à tout moment sous « Vos consentements »."}},
    Entry{Text::allow, {"Allow", "Zulassen", "Autoriser"}},
    Entry{Text::deny, {"Deny", "Ablehnen", "Refuser"}},
    Entry{Text::choose_account, {"Choose at least one account to share, or deny.", "Wählen Sie mindestens ein Konto aus oder lehnen Sie ab.", "Choisissez au moins un compte à partager, ou refusez."}},
    Entry{Text::no_accounts, {"You have no account that can be shared.", "Sie haben kein Konto, das geteilt werden kann.", "Vous n’avez aucun compte à partager."}},
    Entry{Text::identity_title, {"Sign in to {0}?", "Bei {0} anmelden?", "Se connecter à {0} ?"}},
    Entry{Text::identity_lead, {"{0} asks your bank to confirm who you are.", "{0} bittet Ihre Bank zu bestätigen, wer Sie sind.", "{0} demande à votre banque de confirmer votre identité."}},
    Entry{Text::identity_only, {"It receives a reference to you, and no account data.", "Es erhält eine Kennung von Ihnen und keine Kontodaten.", "Une référence est transmise, sans aucune donnée de compte."}},
    Entry{Text::details_title, {"It also asks for", "Außerdem wird erbeten", "Il est aussi demandé"}},
    Entry{Text::detail_test_read, {"Read the test resource of this sandbox", "Die Testressource dieser Testumgebung lesen", "Lire la ressource de test de cet environnement"}},
    Entry{Text::detail_test_write, {"Change the test resource of this sandbox", "Die Testressource dieser Testumgebung ändern", "Modifier la ressource de test de cet environnement"}},
    Entry{Text::detail_location, {"Only at {0}", "Nur bei {0}", "Uniquement sur {0}"}},
    Entry{Text::detail_note, {"In its own words: “{0}”", "In eigenen Worten: „{0}“", "Selon ses propres mots : « {0} »"}},
    Entry{Text::again, {"Sign in again", "Erneut anmelden", "Se reconnecter"}},
    Entry{Text::back_to_tpp, {"Return to {0}", "Zurück zu {0}", "Revenir à {0}"}},
    Entry{Text::returning_title, {"Back to {0}", "Zurück zu {0}", "Retour à {0}"}},
    Entry{Text::returning_text, {"Your bank is finished here. If nothing happens, continue to {0} yourself.", "Ihre Bank ist hier fertig. Wenn nichts geschieht, gehen Sie selbst weiter zu {0}.", "Votre banque a terminé. Si rien ne se passe, continuez vous-même vers {0}."}},
    Entry{Text::error_title, {"This request cannot be used", "Diese Anfrage ist nicht verwendbar", "Cette demande est inutilisable"}},
    Entry{Text::expired_title, {"This request has expired", "Diese Anfrage ist abgelaufen", "Cette demande a expiré"}},
    Entry{Text::expired_text, {"Nothing was shared. Go back to the app and start again.", "Es wurde nichts geteilt. Gehen Sie zurück zur App und beginnen Sie neu.", "Rien n’a été partagé. Retournez à l’application et recommencez."}},
    Entry{Text::session_title, {"You have been signed out", "Sie wurden abgemeldet", "Vous avez été déconnecté"}},
    Entry{Text::session_text, {"There was no activity for a while, so we ended the session. Nothing was shared.", "Es gab eine Weile keine Aktivität, daher wurde die Sitzung beendet. Es wurde nichts geteilt.", "La session a été fermée faute d’activité. Rien n’a été partagé."}},
    Entry{Text::other_browser_title, {"Already open elsewhere", "Bereits anderswo geöffnet", "Déjà ouvert ailleurs"}},
    Entry{Text::other_browser_text, {"Somebody has already signed in with this request in another browser. If that was not you, start again from the app.", "Mit dieser Anfrage hat sich schon jemand in einem anderen Browser angemeldet. Wenn Sie das nicht waren, beginnen Sie in der App neu.", "Quelqu’un s’est déjà connecté avec cette demande dans un autre navigateur. Si ce n’était pas vous, recommencez depuis l’application."}},
    Entry{Text::ended_granted, {"You allowed it. You can see and stop it under “Your consents”.", "Sie haben zugestimmt. Sie sehen und beenden dies unter „Ihre Zustimmungen“.", "Vous avez accepté. Vous pouvez le voir et l’arrêter sous « Vos consentements »."}},
    Entry{Text::ended_refused, {"Nothing was shared.", "Es wurde nichts geteilt.", "Rien n’a été partagé."}},
    Entry{Text::forged_title, {"That form is out of date", "Dieses Formular ist veraltet", "Ce formulaire n’est plus valable"}},
    Entry{Text::forged_text, {"We could not tell that this form came from your own page. Nothing was changed. Open the page again.", "Wir konnten nicht feststellen, dass das Formular von Ihrer eigenen Seite kam. Es wurde nichts geändert. Öffnen Sie die Seite erneut.", "Nous n’avons pas pu vérifier l’origine de ce formulaire. Rien n’a été modifié. Rouvrez la page."}},
    Entry{Text::unavailable_title, {"Please try again shortly", "Bitte versuchen Sie es gleich erneut", "Veuillez réessayer bientôt"}},
    Entry{Text::unavailable_text, {"We cannot answer at the moment. Nothing was changed.", "Wir können gerade nicht antworten. Es wurde nichts geändert.", "Nous ne pouvons pas répondre pour le moment. Rien n’a été modifié."}},
    Entry{Text::intent_title, {"This consent can no longer be given", "Diese Zustimmung kann nicht mehr erteilt werden", "Ce consentement ne peut plus être donné"}},
    Entry{Text::intent_text, {"The consent was withdrawn, has expired, or was used already. Nothing was shared.", "Die Anfrage wurde zurückgezogen, ist abgelaufen oder wurde schon verwendet. Es wurde nichts geteilt.", "La demande a été retirée, a expiré ou a déjà été utilisée. Rien n’a été partagé."}},
    Entry{Text::consents_title, {"Your consents", "Ihre Zustimmungen", "Vos consentements"}},
    Entry{Text::consents_lead, {"Who may see your accounts, and until when. You can stop each of them here.", "Wer Ihre Konten sehen darf und bis wann. Sie können jede Zustimmung hier beenden.", "Qui peut voir vos comptes, et jusqu’à quand. Vous pouvez tout arrêter ici."}},
    Entry{Text::none, {"You have not given any consent.", "Sie haben keine Zustimmung erteilt.", "Vous n’avez donné aucun consentement."}},
    Entry{Text::active, {"Active", "Aktiv", "Actifs"}},
    Entry{Text::waiting, {"Waiting", "Offen", "En attente"}},
    Entry{Text::past, {"Past", "Frühere", "Passés"}},
    Entry{Text::status_active, {"Active", "Aktiv", "Actif"}},
    Entry{Text::status_waiting, {"Waiting", "Wartet", "En attente"}},
    Entry{Text::status_rejected, {"Denied", "Abgelehnt", "Refusé"}},
    Entry{Text::status_revoked, {"Stopped", "Beendet", "Arrêté"}},
    Entry{Text::status_expired, {"Expired", "Abgelaufen", "Expiré"}},
    Entry{Text::status_ended, {"Ended by the app", "Von der App beendet", "Terminé par l’application"}},
    Entry{Text::given, {"Given", "Erteilt", "Donné le"}},
    Entry{Text::given_on, {"Given on {0}, valid until {1}", "Erteilt am {0}, gültig bis {1}", "Donné le {0}, valable jusqu’au {1}"}},
    Entry{Text::ended, {"Ended", "Beendet", "Terminé le"}},
    Entry{Text::ended_on, {"Ended on {0}", "Beendet am {0}", "Terminé le {0}"}},
    Entry{Text::accounts_shared, {"Accounts", "Konten", "Comptes"}},
    Entry{Text::stop_title, {"Stop sharing", "Weitergabe beenden", "Arrêter le partage"}},
    Entry{Text::stop_text, {"{0} loses access at once. What it has already received stays with it: ask it to delete that.", "{0} verliert den Zugriff sofort. Bereits Erhaltenes bleibt dort: Bitten Sie um Löschung.", "{0} perd l’accès immédiatement. Les données déjà reçues y restent : demandez leur suppression."}},
    Entry{Text::stop, {"Stop sharing", "Weitergabe beenden", "Arrêter le partage"}},
    Entry{Text::history, {"History", "Verlauf", "Historique"}},
    Entry{Text::no_account, {"No account shared", "Kein Konto geteilt", "Aucun compte partagé"}},
    Entry{Text::one_account, {"One account shared", "Ein Konto geteilt", "Un compte partagé"}},
    Entry{Text::count_accounts, {"{0} accounts shared", "{0} Konten geteilt", "{0} comptes partagés"}},
    Entry{Text::event_rejected, {"Denied", "Abgelehnt", "Refusé"}},
    Entry{Text::event_revoked, {"Stopped", "Beendet", "Arrêté"}},
    Entry{Text::event_expired, {"Expired", "Abgelaufen", "Expiré"}},
    Entry{Text::language, {"Language", "Sprache", "Langue"}},
    Entry{Text::title_mistake, {"Please check: {0}", "Bitte prüfen: {0}", "À vérifier : {0}"}},
    Entry{Text::problem, {"There is a problem", "Es gibt ein Problem", "Il y a un problème"}},
    Entry{Text::security, {"Security", "Sicherheit", "Sécurité"}},
    Entry{Text::step_sign_in, {"Sign in", "Anmelden", "Connexion"}},
    Entry{Text::step_confirm, {"Confirm", "Bestätigen", "Confirmer"}},
    Entry{Text::step_decide, {"Decide", "Entscheiden", "Décider"}},
    Entry{Text::timer_until, {"For your safety you are signed out at {0} if nothing happens here.", "Zu Ihrer Sicherheit werden Sie um {0} abgemeldet, wenn hier nichts geschieht.", "Pour votre sécurité, vous serez déconnecté à {0} si rien ne se passe ici."}},
    Entry{Text::timer_left, {"For your safety you are signed out in {0} if nothing happens here.", "Zu Ihrer Sicherheit werden Sie in {0} abgemeldet, wenn hier nichts geschieht.", "Pour votre sécurité, vous serez déconnecté dans {0} si rien ne se passe ici."}},
    Entry{Text::timer_last, {"For your safety you are signed out at {0} in any case. You can sign in again afterwards.", "Zu Ihrer Sicherheit werden Sie um {0} auf jeden Fall abgemeldet. Danach können Sie sich erneut anmelden.", "Pour votre sécurité, vous serez déconnecté à {0} dans tous les cas. Vous pourrez ensuite vous reconnecter."}},
    Entry{Text::timer_last_left, {"For your safety you are signed out in {0} in any case. You can sign in again afterwards.", "Zu Ihrer Sicherheit werden Sie in {0} auf jeden Fall abgemeldet. Danach können Sie sich erneut anmelden.", "Pour votre sécurité, vous serez déconnecté dans {0} dans tous les cas. Vous pourrez ensuite vous reconnecter."}},
    Entry{Text::timer_warning, {"{0} seconds left before you are signed out.", "Noch {0} Sekunden bis zur Abmeldung.", "Plus que {0} secondes avant la déconnexion."}},
    Entry{Text::more_time, {"I need more time", "Ich brauche mehr Zeit", "J’ai besoin de plus de temps"}},
    Entry{Text::still_title, {"You are still signed in", "Sie sind noch angemeldet", "Vous êtes toujours connecté"}},
    Entry{Text::still_text, {"You were active in another tab. You can go on here.", "Sie waren in einem anderen Tab aktiv. Sie können hier weitermachen.", "Vous étiez actif dans un autre onglet. Vous pouvez continuer ici."}},
    Entry{Text::session_dashboard, {"There was no activity for a while, so we signed you out.", "Es gab eine Weile keine Aktivität, daher wurden Sie abgemeldet.", "Vous avez été déconnecté faute d’activité."}},
    Entry{Text::signed_out, {"You are signed out.", "Sie sind abgemeldet.", "Vous êtes déconnecté."}},
    Entry{Text::unknown_text, {"This request is not known here. It may be mistyped, or too old. Nothing was shared. Go back to the app and start again.", "Diese Anfrage ist hier nicht bekannt. Vielleicht ist sie falsch geschrieben oder zu alt. Es wurde nichts geteilt. Gehen Sie zurück zur App und beginnen Sie neu.", "Cette demande est inconnue ici. Elle est peut-être mal saisie ou trop ancienne. Rien n’a été partagé. Retournez à l’application et recommencez."}},
    Entry{Text::incomplete_text, {"This link is not complete. Nothing was shared. Go back to the app and start again.", "Dieser Link ist nicht vollständig. Es wurde nichts geteilt. Gehen Sie zurück zur App und beginnen Sie neu.", "Ce lien est incomplet. Rien n’a été partagé. Retournez à l’application et recommencez."}},
    Entry{Text::disabled_text, {"Your bank does not serve this app at present. Nothing was shared.", "Ihre Bank bedient diese App derzeit nicht. Es wurde nichts geteilt.", "Votre banque ne prend pas en charge cette application actuellement. Rien n’a été partagé."}},
    Entry{Text::sign_in_first, {"Please sign in first.", "Bitte melden Sie sich zuerst an.", "Veuillez d’abord vous connecter."}},
    Entry{Text::granted_title, {"You have agreed", "Sie haben zugestimmt", "Vous avez accepté"}},
    Entry{Text::refused_title, {"You have not agreed", "Sie haben nicht zugestimmt", "Vous n’avez pas accepté"}},
    Entry{Text::who, {"Who asks", "Wer fragt", "Qui demande"}},
    Entry{Text::registered_name, {"Registered name", "Eingetragener Name", "Nom enregistré"}},
    Entry{Text::on_behalf_of, {"On behalf of", "Im Namen von", "Pour le compte de"}},
    Entry{Text::asked_on, {"Asked on", "Angefragt am", "Demandé le"}},
    Entry{Text::renew_title, {"Keep sharing data with {0}?", "Daten weiter mit {0} teilen?", "Continuer à partager des données avec {0} ?"}},
    Entry{Text::renew_lead, {"{0} asks to renew its read-only access. It cannot move money. If you deny, the present access stays as it is.", "{0} bittet um Verlängerung des reinen Lesezugriffs. Geld bewegen kann es damit nicht. Wenn Sie ablehnen, bleibt der jetzige Zugriff, wie er ist.", "{0} demande à renouveler son accès en lecture seule. Aucun paiement n’est possible. Si vous refusez, l’accès actuel reste inchangé."}},
    Entry{Text::find, {"Find and sort", "Suchen und sortieren", "Rechercher et trier"}},
    Entry{Text::find_name, {"Name of the app", "Name der App", "Nom de l’application"}},
    Entry{Text::show, {"Show", "Anzeigen", "Afficher"}},
    Entry{Text::show_all, {"All", "Alle", "Tous"}},
    Entry{Text::sort, {"Order", "Reihenfolge", "Ordre"}},
    Entry{Text::sort_newest, {"Newest first", "Neueste zuerst", "Les plus récents d’abord"}},
    Entry{Text::sort_ending, {"Ending soonest first", "Zuerst endende zuerst", "Fin la plus proche d’abord"}},
    Entry{Text::sort_name, {"By name", "Nach Name", "Par nom"}},
    Entry{Text::none_found, {"No consent fits. {0}", "Keine Zustimmung passt dazu. {0}", "Aucun consentement ne correspond. {0}"}},
    Entry{Text::show_all_again, {"Show all", "Alle anzeigen", "Tout afficher"}},
    Entry{Text::found, {"{0} of {1} shown", "{0} von {1} angezeigt", "{0} sur {1} affichés"}},
    Entry{Text::expiring, {"Ending within 30 days", "Enden in den nächsten 30 Tagen", "Se terminent dans les 30 jours"}},
    Entry{Text::ends_today, {"Ends today", "Endet heute", "Se termine aujourd’hui"}},
    Entry{Text::ends_tomorrow, {"Ends tomorrow", "Endet morgen", "Se termine demain"}},
    Entry{Text::ends_in, {"Ends in {0} days", "Endet in {0} Tagen", "Se termine dans {0} jours"}},
    Entry{Text::last_access, {"Last used", "Zuletzt genutzt", "Dernière utilisation"}},
    Entry{Text::last_access_never, {"never", "noch nie", "jamais"}},
    Entry{Text::not_yours_title, {"There is no such consent", "Diese Zustimmung gibt es nicht", "Ce consentement n’existe pas"}},
    Entry{Text::not_yours_text, {"None of your consents has this address. Look for it in the list.", "Keine Ihrer Zustimmungen hat diese Adresse. Suchen Sie sie in der Liste.", "Aucun de vos consentements n’a cette adresse. Cherchez-le dans la liste."}},
    Entry{Text::renew, {"Keep the access", "Zugriff behalten", "Garder l’accès"}},
    Entry{Text::renew_how, {"Only {0} can start a renewal. Open {0} before {1} and renew the connection to your bank there. It sends you here, and you decide again.", "Nur {0} kann eine Verlängerung beginnen. Öffnen Sie {0} vor dem {1} und erneuern Sie dort die Verbindung zu Ihrer Bank. Von dort kommen Sie hierher und entscheiden neu.", "Seule l’application {0} peut lancer un renouvellement. Ouvrez {0} avant le {1} et renouvelez-y la connexion à votre banque. Vous reviendrez ici pour décider à nouveau."}},
    Entry{Text::renew_again, {"Give access again", "Zugriff erneut geben", "Redonner l’accès"}},
    Entry{Text::renew_again_how, {"Only {0} can ask for access. Open {0} and connect it to your bank again. It sends you here, and you decide.", "Nur {0} kann um Zugriff bitten. Öffnen Sie {0} und verbinden Sie es erneut mit Ihrer Bank. Von dort kommen Sie hierher und entscheiden.", "Seule l’application {0} peut demander l’accès. Ouvrez {0} et connectez-la à nouveau à votre banque. Vous viendrez ici pour décider."}},
    Entry{Text::history_span, {"The last two years.", "Die letzten zwei Jahre.", "Les deux dernières années."}},
    Entry{Text::by_you, {"you", "Sie", "vous"}},
    Entry{Text::by_other_holder, {"another account holder", "andere kontoinhabende Person", "un autre titulaire"}},
    Entry{Text::by_bank, {"your bank", "Ihre Bank", "votre banque"}},
    Entry{Text::by_itself, {"automatically", "automatisch", "automatiquement"}},
    Entry{Text::event_renewed, {"Renewed", "Verlängert", "Renouvelé"}},
    Entry{Text::event_allowed, {"Allowed", "Zugelassen", "Autorisé"}},
    Entry{Text::event_partly, {"Allowed by one of several", "Von einer von mehreren Personen zugelassen", "Autorisé par un des titulaires"}},
    Entry{Text::event_asked, {"Asked for", "Angefragt", "Demandé"}},
    Entry{Text::event_used, {"Used up", "Aufgebraucht", "Utilisé"}},
    Entry{Text::event_replaced, {"Replaced by a newer one", "Durch eine neuere ersetzt", "Remplacé par un plus récent"}},
    Entry{Text::stopped_by_bank, {"Stopped by your bank", "Von Ihrer Bank beendet", "Arrêté par votre banque"}},
    Entry{Text::kind_data, {"Account information", "Kontoinformationen", "Informations de compte"}},
    Entry{Text::kind_payment, {"Payment", "Zahlung", "Paiement"}},
    Entry{Text::kind_scheduled, {"Scheduled payment", "Terminzahlung", "Paiement programmé"}},
    Entry{Text::kind_standing, {"Standing order", "Dauerauftrag", "Ordre permanent"}},
    Entry{Text::kind_international, {"Payment abroad", "Auslandszahlung", "Paiement international"}},
    Entry{Text::kind_file, {"Batch of payments", "Sammelzahlung", "Lot de paiements"}},
    Entry{Text::kind_funds, {"Confirmation of funds", "Deckungsabfrage", "Confirmation de fonds"}},
    Entry{Text::kind_vrp, {"Recurring payments within limits", "Wiederkehrende Zahlungen in Grenzen", "Paiements récurrents limités"}},
    Entry{Text::pay_title, {"Pay {0} to {1}?", "{0} an {1} zahlen?", "Payer {0} à {1} ?"}},
    Entry{Text::pay_lead, {"{0} asks your bank to make this payment, once. It does not see your balance.", "{0} bittet Ihre Bank, diese Zahlung einmal auszuführen. Ihren Kontostand sieht es nicht.", "{0} demande à votre banque d’effectuer ce paiement, une seule fois. Votre solde reste caché."}},
    Entry{Text::schedule_title, {"Pay {0} to {1} on the date below?", "{0} an {1} zum Termin unten zahlen?", "Payer {0} à {1} à la date ci-dessous ?"}},
    Entry{Text::schedule_lead, {"{0} asks your bank to make this payment on that date, once.", "{0} bittet Ihre Bank, diese Zahlung an diesem Tag einmal auszuführen.", "{0} demande à votre banque d’effectuer ce paiement à cette date, une seule fois."}},
    Entry{Text::standing_title, {"Set up a standing order of {0} to {1}?", "Dauerauftrag über {0} an {1} einrichten?", "Créer un ordre permanent de {0} à {1} ?"}},
    Entry{Text::standing_lead, {"{0} asks your bank to pay this again and again, as written below.", "{0} bittet Ihre Bank, dies immer wieder zu zahlen, wie unten beschrieben.", "{0} demande à votre banque d’effectuer ce paiement régulièrement, comme indiqué ci-dessous."}},
    Entry{Text::file_title, {"Make {0} payments of {1} in total?", "{0} Zahlungen über insgesamt {1} ausführen?", "Effectuer {0} paiements pour un total de {1} ?"}},
    Entry{Text::file_lead, {"{0} asks your bank to make all payments of one file.", "{0} bittet Ihre Bank, alle Zahlungen einer Datei auszuführen.", "{0} demande à votre banque d’effectuer tous les paiements d’un fichier."}},
    Entry{Text::vrp_title, {"Let {0} make payments within limits?", "{0} Zahlungen in Grenzen erlauben?", "Autoriser {0} à payer dans des limites ?"}},
    Entry{Text::vrp_lead, {"{0} may start payments from your account without asking you each time, but never beyond these limits. You can stop it at any time.", "{0} darf Zahlungen von Ihrem Konto auslösen, ohne jedes Mal zu fragen, aber nie über diese Grenzen hinaus. Sie können dies jederzeit beenden.", "{0} pourra lancer des paiements depuis votre compte sans vous le demander chaque fois, mais jamais au-delà de ces limites. Vous pouvez l’arrêter à tout moment."}},
    Entry{Text::funds_title, {"Let {0} ask whether money is there?", "{0} fragen lassen, ob Geld da ist?", "Autoriser {0} à vérifier vos fonds ?"}},
    Entry{Text::funds_lead, {"{0} may ask your bank whether an amount is available on this account. It learns yes or no. It sees no balance and cannot move money.", "{0} darf Ihre Bank fragen, ob ein Betrag auf diesem Konto verfügbar ist. Es erfährt ja oder nein, sieht keinen Kontostand und kann kein Geld bewegen.", "{0} pourra demander si un montant est disponible sur ce compte. La réponse est oui ou non : ni solde visible, ni paiement possible."}},
    Entry{Text::amount, {"Amount", "Betrag", "Montant"}},
    Entry{Text::total, {"Total", "Gesamtbetrag", "Total"}},
    Entry{Text::payments_count, {"Number of payments", "Anzahl der Zahlungen", "Nombre de paiements"}},
    Entry{Text::payee, {"To", "An", "À"}},
    Entry{Text::payee_account, {"Account of the payee", "Konto der empfangenden Person", "Compte du bénéficiaire"}},
    Entry{Text::payee_any, {"any account that you name there", "jedes Konto, das Sie dort nennen", "tout compte que vous y indiquez"}},
    Entry{Text::payment_reference, {"Payment reference", "Verwendungszweck", "Référence du paiement"}},
    Entry{Text::date, {"Date", "Datum", "Date"}},
    Entry{Text::date_now, {"as soon as you agree", "sobald Sie zustimmen", "dès votre accord"}},
    Entry{Text::from_account, {"From", "Von", "Depuis"}},
    Entry{Text::funds_account, {"Account asked about", "Betroffenes Konto", "Compte concerné"}},
    Entry{Text::received_in, {"The payee receives", "Die Person erhält", "Le bénéficiaire reçoit"}},
    Entry{Text::exchange_rate, {"Exchange rate", "Wechselkurs", "Taux de change"}},
    Entry{Text::rate_agreed, {"{0}, as agreed under {1}", "{0}, vereinbart unter {1}", "{0}, convenu sous la référence {1}"}},
    Entry{Text::rate_of_the_bank, {"your bank’s rate when it pays", "Kurs Ihrer Bank bei der Ausführung", "taux de votre banque lors de l’exécution"}},
    Entry{Text::to_country, {"To the country", "In das Land", "Vers le pays"}},
    Entry{Text::charges, {"Charges", "Entgelte", "Frais"}},
    Entry{Text::charges_payee, {"paid by the payee", "trägt die empfangende Person", "à la charge du bénéficiaire"}},
    Entry{Text::charges_you, {"paid by you", "tragen Sie", "à votre charge"}},
    Entry{Text::charges_shared, {"shared: each pays their own bank", "geteilt: alle zahlen an die eigene Bank", "partagés : chacun paie sa banque"}},
    Entry{Text::charges_usual, {"as your bank usually does", "wie bei Ihrer Bank üblich", "selon l’usage de votre banque"}},
    Entry{Text::how_often, {"How often", "Wie oft", "Fréquence"}},
    Entry{Text::first_payment, {"First payment", "Erste Zahlung", "Premier paiement"}},
    Entry{Text::then_payments, {"Then", "Danach", "Ensuite"}},
    Entry{Text::final_payment, {"Final payment", "Letzte Zahlung", "Dernier paiement"}},
    Entry{Text::until_stopped, {"goes on until you stop it", "läuft, bis Sie ihn beenden", "continue jusqu’à ce que vous l’arrêtiez"}},
    Entry{Text::each_at_most, {"Each payment at most", "Jede Zahlung höchstens", "Chaque paiement au plus"}},
    Entry{Text::per_day, {"In a day at most", "An einem Tag höchstens", "Par jour au plus"}},
    Entry{Text::per_week, {"In a week at most", "In einer Woche höchstens", "Par semaine au plus"}},
    Entry{Text::per_fortnight, {"In two weeks at most", "In zwei Wochen höchstens", "Par quinzaine au plus"}},
    Entry{Text::per_month, {"In a month at most", "In einem Monat höchstens", "Par mois au plus"}},
    Entry{Text::per_half_year, {"In half a year at most", "In einem halben Jahr höchstens", "Par semestre au plus"}},
    Entry{Text::per_year, {"In a year at most", "In einem Jahr höchstens", "Par an au plus"}},
    Entry{Text::aligned_consent, {"{0}, counted from the day you agree", "{0}, gerechnet ab dem Tag Ihrer Zustimmung", "{0}, à compter de votre accord"}},
    Entry{Text::aligned_calendar, {"{0}, counted by the calendar", "{0}, gerechnet nach dem Kalender", "{0}, selon le calendrier"}},
    Entry{Text::payments_from, {"Payments from", "Zahlungen ab", "Paiements à partir du"}},
    Entry{Text::payments_until, {"Payments until", "Zahlungen bis", "Paiements jusqu’au"}},
    Entry{Text::sort_code_account, {"Sort code {0}, account {1}", "Sort Code {0}, Konto {1}", "Sort code {0}, compte {1}"}},
    Entry{Text::roll_number, {"{0}, roll number {1}", "{0}, Roll-Nummer {1}", "{0}, roll number {1}"}},
    Entry{Text::often_day, {"every day", "täglich", "chaque jour"}},
    Entry{Text::often_working_day, {"every working day", "an jedem Werktag", "chaque jour ouvré"}},
    Entry{Text::often_week, {"every week", "wöchentlich", "chaque semaine"}},
    Entry{Text::often_fortnight, {"every two weeks", "alle zwei Wochen", "toutes les deux semaines"}},
    Entry{Text::often_month, {"every month", "monatlich", "chaque mois"}},
    Entry{Text::often_quarter, {"every three months", "vierteljährlich", "chaque trimestre"}},
    Entry{Text::often_half_year, {"twice a year", "halbjährlich", "deux fois par an"}},
    Entry{Text::often_year, {"every year", "jährlich", "chaque année"}},
    Entry{Text::pay_from, {"Pay from which account", "Von welchem Konto", "Depuis quel compte"}},
    Entry{Text::choose_one_account, {"Choose one account, or deny.", "Wählen Sie ein Konto aus oder lehnen Sie ab.", "Choisissez un compte, ou refusez."}},
    Entry{Text::details_of_payment, {"What you agree to", "Worin Sie einwilligen", "Ce que vous acceptez"}},
    Entry{Text::security_lead, {"How you confirm that it is you, and who signed in lately.", "Womit Sie bestätigen, dass Sie es sind, und wer sich zuletzt angemeldet hat.", "Comment vous confirmez votre identité, et les connexions récentes."}},
    Entry{Text::ways, {"Your ways to confirm", "Ihre Wege zur Bestätigung", "Vos moyens de confirmation"}},
    Entry{Text::way_of_bank, {"From your bank. Call your bank to change it.", "Von Ihrer Bank. Änderungen telefonisch bei Ihrer Bank.", "Fourni par votre banque. Appelez-la pour le changer."}},
    Entry{Text::way_bound, {"Stays on this one device.", "Bleibt auf diesem einen Gerät.", "Reste sur cet unique appareil."}},
    Entry{Text::way_synced, {"May be copied between your devices; used together with your password.", "Kann zwischen Ihren Geräten kopiert werden; gilt zusammen mit dem Passwort.", "Peut être copiée entre vos appareils ; utilisée avec votre mot de passe."}},
    Entry{Text::added_on, {"Added on {0}", "Hinzugefügt am {0}", "Ajouté le {0}"}},
    Entry{Text::used_on, {"Last used on {0}", "Zuletzt benutzt am {0}", "Dernière utilisation le {0}"}},
    Entry{Text::remove, {"Remove", "Entfernen", "Supprimer"}},
    Entry{Text::remove_sure, {"You will no longer be able to confirm with it.", "Sie können damit dann nicht mehr bestätigen.", "Vous ne pourrez plus confirmer avec."}},
    Entry{Text::remove_name, {"Remove {0}", "{0} entfernen", "Supprimer {0}"}},
    Entry{Text::add_way, {"Add a way", "Weg hinzufügen", "Ajouter un moyen"}},
    Entry{Text::add_sure, {"You confirm it is you before anything changes.", "Vor jeder Änderung bestätigen Sie, dass Sie es sind.", "Vous confirmerez votre identité avant tout changement."}},
    Entry{Text::kind_passkey, {"Passkey", "Passkey", "Clé d’accès"}},
    Entry{Text::kind_totp, {"Authenticator app", "Authenticator-App", "Application d’authentification"}},
    Entry{Text::kind_sms, {"Text message", "SMS", "SMS"}},
    Entry{Text::kind_email, {"E-mail", "E-Mail", "E-mail"}},
    Entry{Text::label, {"Name it, so that you know it again", "Geben Sie ihm einen Namen", "Donnez-lui un nom"}},
    Entry{Text::number, {"Telephone number, with +", "Telefonnummer, mit +", "Numéro de téléphone, avec +"}},
    Entry{Text::email_address, {"E-mail address", "E-Mail-Adresse", "Adresse e-mail"}},
    Entry{Text::add, {"Add", "Hinzufügen", "Ajouter"}},
    Entry{Text::enrol_totp, {"Scan this with your authenticator app", "Scannen Sie dies mit Ihrer Authenticator-App", "Scannez ceci avec votre application"}},
    Entry{Text::enrol_totp_lead, {"Then type the code that the app shows.", "Geben Sie dann den Code ein, den die App zeigt.", "Saisissez ensuite le code affiché par l’application."}},
    Entry{Text::enrol_totp_key, {"Or type this key into the app", "Oder geben Sie diesen Schlüssel in die App ein", "Ou saisissez cette clé dans l’application"}},
    Entry{Text::qr_name, {"QR code with the key that stands below", "QR-Code mit dem Schlüssel, der unten steht", "Code QR contenant la clé ci-dessous"}},
    Entry{Text::enrol_passkey, {"Make a passkey", "Passkey anlegen", "Créer une clé d’accès"}},
    Entry{Text::enrol_passkey_lead, {"Your device asks for your fingerprint, face or PIN.", "Ihr Gerät fragt nach Fingerabdruck, Gesicht oder PIN.", "Votre appareil demande empreinte, visage ou code."}},
    Entry{Text::enrol_sent, {"Confirm {0}", "{0} bestätigen", "Confirmez {0}"}},
    Entry{Text::enrol_sent_lead, {"We sent a code there. Type it here.", "Wir haben einen Code dorthin gesendet. Geben Sie ihn hier ein.", "Nous y avons envoyé un code. Saisissez-le ici."}},
    Entry{Text::way_added, {"Added. You can confirm with it from now on.", "Hinzugefügt. Sie können ab jetzt damit bestätigen.", "Ajouté. Vous pouvez désormais confirmer avec."}},
    Entry{Text::way_removed, {"Removed.", "Entfernt.", "Supprimé."}},
    Entry{Text::label_wrong, {"Give it a name of at most 40 characters.", "Geben Sie ihm einen Namen mit höchstens 40 Zeichen.", "Donnez-lui un nom de 40 caractères au plus."}},
    Entry{Text::address_wrong, {"This is no number with + and country code, or no e-mail address.", "Das ist keine Nummer mit + und Landesvorwahl oder keine E-Mail-Adresse.", "Ce n’est pas un numéro avec + et indicatif, ni une adresse e-mail."}},
    Entry{Text::way_there, {"This passkey is there already.", "Diesen Passkey gibt es schon.", "Cette clé d’accès existe déjà."}},
    Entry{Text::way_gone, {"This was not finished in time. Begin again.", "Das wurde nicht rechtzeitig beendet. Beginnen Sie neu.", "Délai dépassé. Recommencez."}},
    Entry{Text::too_many_ways, {"No more can be added. Remove one first, or wait a while.", "Mehr geht nicht. Entfernen Sie zuerst einen oder warten Sie etwas.", "Impossible d’en ajouter. Supprimez-en un ou patientez."}},
    Entry{Text::recent_sign_ins, {"Recent sign-ins", "Letzte Anmeldungen", "Connexions récentes"}},
    Entry{Text::no_sign_ins, {"None yet.", "Noch keine.", "Aucune pour l’instant."}},
    Entry{Text::sign_in_ok, {"Signed in", "Angemeldet", "Connecté"}},
    Entry{Text::sign_in_refused, {"Refused", "Abgelehnt", "Refusé"}},
    Entry{Text::sign_in_blocked, {"Blocked", "Gesperrt", "Bloqué"}},
    Entry{Text::sign_in_by_password, {"password", "Passwort", "mot de passe"}},
    Entry{Text::sign_in_not_you, {"If one of these was not you, sign out everywhere and call your bank.", "Falls eine davon nicht von Ihnen war: überall abmelden und die Bank anrufen.", "Si l’une d’elles n’est pas de vous, déconnectez-vous partout et appelez votre banque."}},
    Entry{Text::sign_out_everywhere, {"Sign out everywhere", "Überall abmelden", "Se déconnecter partout"}},
    Entry{Text::sign_out_everywhere_text, {"Ends every session of yours, on every device, this one too.", "Beendet alle Ihre Sitzungen, auf jedem Gerät, auch diese.", "Met fin à toutes vos sessions, sur tous vos appareils, celui-ci compris."}},
    Entry{Text::allowed_on, {"Allowed on {0}", "Zugelassen am {0}", "Autorisé le {0}"}},
    Entry{Text::signatures, {"{0} has signed already. Your signature is needed too.", "{0} Unterschrift liegt schon vor. Ihre wird auch gebraucht.", "{0} signature est déjà donnée. La vôtre est aussi nécessaire."}},
    Entry{Text::not_now, {"Not now", "Nicht jetzt", "Pas maintenant"}},
    Entry{Text::status_sign, {"Your signature is needed", "Ihre Unterschrift fehlt", "Votre signature est requise"}},
    Entry{Text::status_others, {"Waiting for another signature", "Wartet auf eine weitere Unterschrift", "En attente d’une autre signature"}},
    Entry{Text::status_confirm, {"Paused until you confirm", "Ruht, bis Sie bestätigen", "En pause jusqu’à votre confirmation"}},
    Entry{Text::sign_title, {"Your signature is needed", "Ihre Unterschrift wird gebraucht", "Votre signature est requise"}},
    Entry{Text::sign_text, {"Another account holder has agreed. Nothing happens until you have decided too.", "Eine andere kontoinhabende Person hat zugestimmt. Es geschieht nichts, bis auch Sie entschieden haben.", "Un autre titulaire a accepté. Rien ne se passe avant votre propre décision."}},
    Entry{Text::sign_go, {"Read and decide", "Lesen und entscheiden", "Lire et décider"}},
    Entry{Text::confirm_by, {"Confirm again by", "Erneut bestätigen bis", "À confirmer avant le"}},
    Entry{Text::confirm_again, {"Confirm the access again", "Zugriff erneut bestätigen", "Confirmer à nouveau l’accès"}},
    Entry{Text::confirm_again_how, {"After {1} {0} sees nothing more until you confirm again. You can do it here, now.", "Nach dem {1} sieht {0} nichts mehr, bis Sie erneut bestätigen. Das geht hier und jetzt.", "Après le {1}, {0} ne verra plus rien sans nouvelle confirmation. Vous pouvez confirmer ici, maintenant."}},
    Entry{Text::confirm_again_due, {"It is 180 days since you last confirmed. {0} sees nothing more until you confirm again.", "Ihre letzte Bestätigung ist 180 Tage her. {0} sieht nichts mehr, bis Sie erneut bestätigen.", "Votre dernière confirmation date de 180 jours. {0} ne voit plus rien sans nouvelle confirmation."}},
    Entry{Text::confirm_again_go, {"Confirm again", "Erneut bestätigen", "Confirmer à nouveau"}},
    Entry{Text::confirm_again_lead, {"You confirm that {0} may go on reading what stands below. The end stays as it is. If you deny, nothing changes now.", "Sie bestätigen, dass {0} weiter lesen darf, was unten steht. Das Ende bleibt, wie es ist. Wenn Sie ablehnen, ändert sich jetzt nichts.", "Vous confirmez que {0} peut continuer à lire ce qui suit. La date de fin ne change pas. Si vous refusez, rien ne change pour l’instant."}},
    Entry{Text::done_signed, {"You have agreed, and all signatures are there.", "Sie haben zugestimmt, und alle Unterschriften liegen vor.", "Vous avez accepté et toutes les signatures sont réunies."}},
    Entry{Text::done_waits, {"You have agreed. It waits for another signature.", "Sie haben zugestimmt. Eine weitere Unterschrift fehlt noch.", "Vous avez accepté. Une autre signature est encore attendue."}},
    Entry{Text::done_denied, {"You have denied it.", "Sie haben abgelehnt.", "Vous avez refusé."}},
    Entry{Text::done_renewed, {"You have confirmed it. The access goes on.", "Sie haben bestätigt. Der Zugriff geht weiter.", "Vous avez confirmé. L’accès continue."}},
    Entry{Text::event_reconfirmed, {"Confirmed again in the app", "In der App erneut bestätigt", "Confirmé à nouveau dans l’application"}},
    Entry{Text::event_account_closed, {"A closed account left it", "Ein geschlossenes Konto ist ausgeschieden", "Un compte clos en est sorti"}},
    Entry{Text::event_removed, {"Removed from the app", "Aus der App entfernt", "Retiré de l’application"}},
    Entry{Text::event_renewal_denied, {"Renewal denied", "Verlängerung abgelehnt", "Renouvellement refusé"}},
    Entry{Text::nothing_here_title, {"There is no such page", "Diese Seite gibt es nicht", "Cette page n’existe pas"}},
    Entry{Text::nothing_here_text, {"Nothing stands at this address. It may be mistyped, or too old.", "Unter dieser Adresse steht nichts. Vielleicht ist sie falsch geschrieben oder zu alt.", "Il n’y a rien à cette adresse. Elle est peut-être mal saisie ou trop ancienne."}},
    Entry{Text::not_like_that_title, {"This page cannot be used like that", "So lässt sich diese Seite nicht benutzen", "Cette page ne s’utilise pas ainsi"}},
    Entry{Text::not_like_that_text, {"Open the page again and use the buttons on it. Nothing was changed.", "Öffnen Sie die Seite erneut und benutzen Sie die Schaltflächen darauf. Es wurde nichts geändert.", "Rouvrez la page et utilisez ses boutons. Rien n’a été modifié."}},
    Entry{Text::too_large_title, {"That was too much at once", "Das war zu viel auf einmal", "C’était trop à la fois"}},
    Entry{Text::too_large_text, {"What was sent is longer than this page takes. Nothing was changed.", "Was gesendet wurde, ist länger, als diese Seite annimmt. Es wurde nichts geändert.", "L’envoi dépasse ce que cette page accepte. Rien n’a été modifié."}},
    Entry{Text::too_often_title, {"Too many requests", "Zu viele Anfragen", "Trop de demandes"}},
    Entry{Text::too_often_text, {"That was too often in a short time. Wait a minute and try again.", "Das war zu oft in kurzer Zeit. Warten Sie eine Minute und versuchen Sie es erneut.", "C’était trop fréquent. Patientez une minute et réessayez."}},
    Entry{Text::failed_title, {"Something went wrong", "Etwas ist schiefgegangen", "Une erreur est survenue"}},
    Entry{Text::failed_text, {"We could not finish this. Try again, and quote the reference to your bank if it happens again.", "Das konnten wir nicht abschließen. Versuchen Sie es erneut und nennen Sie Ihrer Bank die Referenz, wenn es wieder geschieht.", "Nous n’avons pas pu terminer. Réessayez et, si cela se reproduit, donnez la référence à votre banque."}},
    Entry{Text::second_device_title, {"A second device", "Ein zweites Gerät", "Un deuxième appareil"}},
    Entry{Text::second_device_lead, {"In the sandbox this page stands for the bank’s app on the second device of", "In der Testumgebung steht diese Seite für die App der Bank auf dem zweiten Gerät von", "Dans l’environnement de test, cette page remplace l’application de la banque sur le deuxième appareil de"}},
    Entry{Text::second_device_number, {"Approve only if your browser shows the number", "Bestätigen Sie nur, wenn Ihr Browser diese Zahl zeigt:", "N’approuvez que si votre navigateur affiche le nombre"}},
    Entry{Text::second_device_sign_in, {"Somebody signs in with your name and password.", "Jemand meldet sich mit Ihrem Namen und Passwort an.", "Quelqu’un se connecte avec votre identifiant et votre mot de passe."}},
    Entry{Text::second_device_idle, {"Nothing waits for an approval.", "Nichts wartet auf eine Bestätigung.", "Aucune approbation en attente."}},
    Entry{Text::device_done_nothing, {"There is nothing to decide any more.", "Es gibt nichts mehr zu entscheiden.", "Il n’y a plus rien à décider."}},
    Entry{Text::device_done_approved, {"Approved. Go back to your browser.", "Bestätigt. Gehen Sie zurück zu Ihrem Browser.", "Approuvé. Retournez à votre navigateur."}},
    Entry{Text::device_done_refused, {"Refused.", "Abgelehnt.", "Refusé."}},
    Entry{Text::no_such_customer, {"The sandbox has no customer of that name: /sandbox/device?psu=carol", "Die Testumgebung hat niemanden mit diesem Namen: /sandbox/device?psu=carol", "L’environnement de test n’a pas de client de ce nom : /sandbox/device?psu=carol"}},
    Entry{Text::approve, {"Approve", "Bestätigen", "Approuver"}},
    Entry{Text::refuse, {"Refuse", "Ablehnen", "Refuser"}},
    Entry{Text::look_again, {"Look again", "Erneut nachsehen", "Actualiser"}},
    Entry{Text::blocked_title, {"Signing in is blocked for now", "Die Anmeldung ist vorübergehend gesperrt", "La connexion est bloquée pour l’instant"}},
    Entry{Text::stop_payments, {"Stop these payments", "Diese Zahlungen beenden", "Arrêter ces paiements"}},
    Entry{Text::stop_payments_text, {"From now on {0} can start no further payment from your account. Payments already made stay made.", "Ab sofort kann {0} keine weitere Zahlung von Ihrem Konto auslösen. Ausgeführte Zahlungen bleiben ausgeführt.", "{0} ne pourra plus lancer de paiement depuis votre compte. Les paiements déjà effectués le restent."}},
    Entry{Text::changes_title, {"Recent changes", "Letzte Änderungen", "Changements récents"}},
    Entry{Text::no_changes, {"None yet.", "Noch keine.", "Aucun pour l’instant."}},
    Entry{Text::changes_not_you, {"We tell you of each change at your other telephone numbers and e-mail addresses. If it was not you, call your bank.", "Jede Änderung melden wir an Ihre übrigen Telefonnummern und E-Mail-Adressen. Falls Sie es nicht waren, rufen Sie Ihre Bank an.", "Chaque changement est signalé à vos autres numéros et adresses e-mail. Si ce n’était pas vous, appelez votre banque."}},
    Entry{Text::change_added, {"Added: {0}", "Hinzugefügt: {0}", "Ajouté : {0}"}},
    Entry{Text::change_removed, {"Removed: {0}", "Entfernt: {0}", "Supprimé : {0}"}},
    Entry{Text::home_lead, {"The bank’s open-banking gateway: consents for customers, an API for registered providers.", "Das Open-Banking-Gateway der Bank: Zustimmungen für Kunden, eine API für registrierte Anbieter.", "La passerelle open banking de la banque : consentements pour les clients, une API pour les prestataires enregistrés."}},
    Entry{Text::home_metadata, {"Server metadata", "Server-Metadaten", "Métadonnées du serveur"}},
}};
// clang-format on
static_assert([] {
  for (std::size_t i = 0; i < kTexts.size(); ++i) {
    if (kTexts[i].key != static_cast<Text>(i)) return false;
    for (const auto& words : kTexts[i].words) {
      if (words.empty()) return false;
    }
  }
  return true;
}());

constexpr std::array<std::array<std::string_view, 12>, 3> kMonths{{
    {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
     "December"},
    {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
     "Dezember"},
    {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
     "décembre"},
}};

using Words = std::array<std::string_view, 3>;
using policy::Permission;

struct ClusterEntry {
  Words title;
  Words text;
  std::array<std::pair<Permission, Words>, 6> permissions;
  std::size_t used;
};

// clang-format off
constexpr std::array kClusters{
    ClusterEntry{{"Your account details", "Ihre Kontodaten", "Les détails de vos comptes"},
                 {"Which accounts you have and how they are identified.", "Welche Konten Sie haben und wie sie bezeichnet sind.", "Vos comptes et leur identification."},
                 {{{Permission::ReadAccountsBasic, {"Account type, currency and nickname", "Kontoart, Währung und Bezeichnung", "Type, devise et libellé du compte"}},
                   {Permission::ReadAccountsDetail, {"Account name, number and sort code", "Kontoname, Kontonummer und Bankleitzahl", "Nom, numéro et code du compte"}},
                   {Permission::ReadBalances, {"Your balance", "Ihr Kontostand", "Votre solde"}},
                   {Permission::ReadPAN, {"Card numbers in full", "Vollständige Kartennummern", "Numéros de carte complets"}}}}, 4},
    ClusterEntry{{"Your transactions", "Ihre Umsätze", "Vos opérations"},
                 {"Money in and out of the accounts you choose.", "Ein- und Ausgänge der Konten, die Sie auswählen.", "Les entrées et sorties des comptes choisis."},
                 {{{Permission::ReadTransactionsBasic, {"Date, amount and reference of transactions", "Datum, Betrag und Referenz der Umsätze", "Date, montant et référence des opérations"}},
                   {Permission::ReadTransactionsDetail, {"Who you paid or were paid by, and balances after each", "Wen Sie bezahlt haben oder wer Sie bezahlt hat, mit Saldo", "Bénéficiaires et payeurs, avec le solde"}},
                   {Permission::ReadTransactionsCredits, {"Money coming in", "Eingänge", "Entrées"}},
                   {Permission::ReadTransactionsDebits, {"Money going out", "Ausgänge", "Sorties"}}}}, 4},
    ClusterEntry{{"Your regular payments", "Ihre regelmäßigen Zahlungen", "Vos paiements réguliers"},
                 {"Standing orders, direct debits and payees.", "Daueraufträge, Lastschriften und Empfänger.", "Ordres permanents, prélèvements et bénéficiaires."},
                 {{{Permission::ReadDirectDebits, {"Direct debits", "Lastschriften", "Prélèvements"}},
                   {Permission::ReadStandingOrdersBasic, {"Standing orders", "Daueraufträge", "Ordres permanents"}},
                   {Permission::ReadStandingOrdersDetail, {"Standing orders with the payee’s account", "Daueraufträge mit Empfängerkonto", "Ordres permanents avec le compte du bénéficiaire"}},
                   {Permission::ReadScheduledPaymentsBasic, {"Scheduled payments", "Terminzahlungen", "Paiements programmés"}},
                   {Permission::ReadScheduledPaymentsDetail, {"Scheduled payments with the payee’s account", "Terminzahlungen mit Empfängerkonto", "Paiements programmés avec le compte du bénéficiaire"}},
                   {Permission::ReadBeneficiariesBasic, {"Saved payees", "Gespeicherte Empfänger", "Bénéficiaires enregistrés"}}}}, 6},
    ClusterEntry{{"Payees in detail", "Empfänger im Einzelnen", "Bénéficiaires en détail"},
                 {"The accounts of the people you pay.", "Die Konten der Menschen, an die Sie zahlen.", "Les comptes des personnes que vous payez."},
                 {{{Permission::ReadBeneficiariesDetail, {"Saved payees with their account", "Gespeicherte Empfänger mit Konto", "Bénéficiaires enregistrés avec leur compte"}}}}, 1},
    ClusterEntry{{"Your statements, products and offers", "Ihre Auszüge, Produkte und Angebote", "Vos relevés, produits et offres"},
                 {"Statements, fees, interest and offers.", "Auszüge, Gebühren, Zinsen und Angebote.", "Relevés, frais, intérêts et offres."},
                 {{{Permission::ReadStatementsBasic, {"Statements without amounts", "Auszüge ohne Beträge", "Relevés sans montants"}},
                   {Permission::ReadStatementsDetail, {"Statements in full", "Vollständige Auszüge", "Relevés complets"}},
                   {Permission::ReadProducts, {"Product terms: fees, interest, charges", "Produktdaten: Gebühren und Zinsen", "Conditions : frais et intérêts"}},
                   {Permission::ReadOffers, {"Offers on your account", "Angebote zu Ihrem Konto", "Offres sur votre compte"}}}}, 4},
    ClusterEntry{{"Your contact details", "Ihre Kontaktdaten", "Vos coordonnées"},
                 {"Name, address and contact of the account’s owners.", "Name, Anschrift und Kontakt der Kontoinhaber.", "Nom, adresse et contact des titulaires."},
                 {{{Permission::ReadParty, {"Names of all owners of the account", "Namen aller Kontoinhaber", "Noms de tous les titulaires"}},
                   {Permission::ReadPartyPSU, {"Your own name, address, telephone and e-mail", "Ihr Name, Ihre Anschrift, Telefon und E-Mail", "Vos nom, adresse, téléphone et e-mail"}}}}, 2},
};
// clang-format on

std::string_view in(Language language, const Words& words) { return words[static_cast<std::size_t>(language)]; }

std::string fill(std::string_view pattern, std::string_view first, std::string_view second) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern.substr(i, 3) == "{0}") {
      out += first;
      i += 2;
    } else if (pattern.substr(i, 3) == "{1}") {
      out += second;
      i += 2;
    } else {
      out += pattern[i];
    }
  }
  return out;
}

std::optional<Language> spoken(std::string_view tag) {
  const std::string_view primary = tag.substr(0, tag.find('-'));
  for (const Language language : {Language::en, Language::de, Language::fr}) {
    if (base::http::equal_ignoring_case(primary, to_text(language))) return language;
  }
  return std::nullopt;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// "q=0.8" in thousandths; 0 for anything malformed, so that it is not preferred.
int quality(std::string_view parameter) {
  parameter = trim(parameter);
  if (!parameter.starts_with("q=") || parameter.size() < 3 || parameter.size() > 7) return 0;
  int value = parameter[2] == '1' ? 1000 : 0;
  int weight = 100;
  for (const char c : parameter.substr(std::min<std::size_t>(4, parameter.size()))) {
    if (c < '0' || c > '9') return 0;
    value += (c - '0') * weight;
    weight /= 10;
  }
  return std::min(value, 1000);
}

}  // namespace

std::string_view to_text(Language language) {
  switch (language) {
    case Language::en:
      return "en";
    case Language::de:
      return "de";
    case Language::fr:
      return "fr";
  }
  return "en";
}

std::optional<Language> language_from_text(std::string_view text) {
  for (const Language language : {Language::en, Language::de, Language::fr}) {
    if (text == to_text(language)) return language;
  }
  return std::nullopt;
}

Language choose_language(const std::vector<std::string>& wanted, std::string_view accept_language) {
  for (const auto& tag : wanted) {
    if (const auto language = spoken(tag)) return *language;
  }
  Language best = Language::en;
  int best_quality = 0;
  if (accept_language.size() > 512) return best;
  while (!accept_language.empty()) {
    const std::string_view item = accept_language.substr(0, accept_language.find(','));
    accept_language.remove_prefix(std::min(item.size() + 1, accept_language.size()));
    const std::size_t semicolon = item.find(';');
    const int q = semicolon == std::string_view::npos ? 1000 : quality(item.substr(semicolon + 1));
    if (const auto language = spoken(trim(item.substr(0, semicolon))); language && q > best_quality) {
      best = *language;
      best_quality = q;
    }
  }
  return best;
}

std::string text(Language language, Text key, std::string_view first, std::string_view second) {
  return fill(in(language, kTexts.at(static_cast<std::size_t>(key)).words), first, second);
}

std::string date_text(Language language, base::Instant at) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(at)};
  const std::string number = std::to_string(static_cast<unsigned>(day.day()));
  const std::string month(kMonths[static_cast<std::size_t>(language)][static_cast<unsigned>(day.month()) - 1]);
  const std::string year = std::to_string(static_cast<int>(day.year()));
  return number + (language == Language::de ? ". " : " ") + month + " " + year;
}

std::string date_time_text(Language language, base::Instant at) {
  return date_text(language, at) + ", " + time_text(at);
}

std::string time_text(base::Instant at) {
  const auto time = std::chrono::floor<std::chrono::minutes>(at) - std::chrono::floor<std::chrono::days>(at);
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time).count();
  const auto two = [](long value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  return two(minutes / 60) + ":" + two(minutes % 60) + " UTC";
}

std::vector<Cluster> clusters(Language language, const std::vector<policy::Permission>& permissions) {
  std::vector<Cluster> found;
  for (const auto& entry : kClusters) {
    Cluster cluster{std::string(in(language, entry.title)), std::string(in(language, entry.text)), {}};
    for (std::size_t i = 0; i < entry.used; ++i) {
      const auto& [permission, words] = entry.permissions[i];
      if (std::find(permissions.begin(), permissions.end(), permission) != permissions.end()) {
        cluster.permissions.emplace_back(in(language, words));
      }
    }
    if (!cluster.permissions.empty()) found.push_back(std::move(cluster));
  }
  return found;
}

}  // namespace gateway
