/*
 * control: the running phones' socket: one JSON object a line in, one out.
 *
 *   {"do":"set_pin","phone":"F2LX…"}          any action of action.h
 *   {"do":"not_now","phone":"F2LX…","arg":3}
 *   {"do":"poll","phone":"all"}               an array, one for each
 *   {"do":"state","phone":"F2LX…"}            without phone: all of them
 *   {"do":"enrol","url":"https://…","serial":"…","name":"…","model":"…",
 *    "pin":true,"sims":2}                     a new phone
 *   {"do":"new","serial":"…","setup":true}    the same, not enrolled
 *   {"do":"stop"}
 *
 * An answer has "ok"; when it is false, "error" has "code" and "text".
 */
#ifndef TESTS_PHONES_CONTROL_H
#define TESTS_PHONES_CONTROL_H

#include "tests/phones/engine.h"

struct control;

/*
 * path: a unix socket, made anew (0600) and removed at the end; NULL: nobody
 * can talk to the phones. anchors: what phones that are added trust; borrowed.
 */
int control_open(struct engine *engine, const struct session_world *world,
    const char *path, STACK_OF(X509) * anchors, struct control **out,
    struct err *err);

/*
 * Words that are none of ours go to extension; it gives ERR_UNSUPPORTED for
 * what it does not know either. Before control_serve().
 */
void control_extend(struct control *control,
    int (*extension)(
        void *arg, const json_t *request, json_t **result, struct err *err),
    void *arg);

/* Until stop_fd becomes readable or somebody says stop. */
void control_serve(struct control *control, int stop_fd);
void control_close(struct control *control);

#endif
