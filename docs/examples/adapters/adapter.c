/* An adapter program: the card in a PC/SC reader, by JSON lines. Usage: cmd:./adapter "READER"
   Build: gcc -o adapter adapter.c $(pkg-config --cflags --libs libpcsclite) */
#include <stdio.h>
#include <string.h>
#include <winscard.h>
#define PROTOCOLS (SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)
static char line[1 << 18];
static BYTE command[MAX_BUFFER_SIZE_EXTENDED], response[MAX_BUFFER_SIZE_EXTENDED];
static SCARDCONTEXT context;
static SCARDHANDLE card;
static DWORD protocol;
static void answer(LONG result, const char *field, const BYTE *bytes, DWORD size) {
    if (result == SCARD_E_NO_SMARTCARD || result == SCARD_W_REMOVED_CARD || result == SCARD_E_READER_UNAVAILABLE)
        printf("{\"gone\":true}\n");
    else if (result == SCARD_W_UNRESPONSIVE_CARD || result == SCARD_W_UNPOWERED_CARD ||
             result == SCARD_E_NOT_TRANSACTED)
        printf("{\"%s\":\"\"}\n", field);
    else if (result) printf("{\"error\":\"%s\"}\n", pcsc_stringify_error(result));
    else {
        for (printf("{\"%s\":\"", field); size--;) printf("%02X", *bytes++);
        printf("\"}\n");
    }
}

int main(int count, char **words) {
    if (count != 2 || SCardEstablishContext(SCARD_SCOPE_USER, NULL, NULL, &context)) return 1;
    while (fgets(line, sizeof line, stdin)) {
        if (strstr(line, "\"do\":\"hello\"")) /* a contactless reader's adapter says another face */
            printf("{\"name\":\"PC/SC bridge in C\",\"faces\":[\"contact\"]}\n");
        if (strstr(line, "\"do\":\"reset\"")) {
            DWORD size = sizeof response, name = 0;
            if (card) SCardDisconnect(card, SCARD_UNPOWER_CARD);
            card = 0;
            LONG result = SCardConnect(context, words[1], SCARD_SHARE_EXCLUSIVE, PROTOCOLS, &card, &protocol);
            if (!result) result = SCardStatus(card, NULL, &name, NULL, NULL, response, &size);
            answer(result, "atr", response, size);
        } else if (strstr(line, "\"do\":\"transmit\"")) {
            DWORD size = sizeof response, sent = 0;
            const char *digits = strstr(line, "\"command\":\"") + strlen("\"command\":\"");
            while (sent < sizeof command && sscanf(digits + 2 * sent, "%2hhx", &command[sent]) == 1) sent++;
            const SCARD_IO_REQUEST *header = protocol == SCARD_PROTOCOL_T1 ? SCARD_PCI_T1 : SCARD_PCI_T0;
            LONG result = SCardTransmit(card, header, command, sent, NULL, response, &size);
            answer(result, "response", response, size);
        }
        fflush(stdout);
    }
}
