"""Wrong derivations of the dev half, to develop with."""

from tests.quality_sets import WrongDerivation

DERIVATIONS = [
    WrongDerivation(
        "1a",
        "ln-Ansatz: Ableitung des Logarithmus ohne Nenner",
        """
Derivative(sigma(z), z)
= sigma(z) * Derivative(log(sigma(z)), z)   # Kettenregel
= sigma(z) * Derivative(-log(1 + exp(-z)), z)   # Definition
= -sigma(z) * Derivative(1 + exp(-z), z)   # Kettenregel
= sigma(z) * exp(-z)   # Summenregel, Kettenregel
""",
    ),
    WrongDerivation(
        "1a",
        "Exponent auf -3 statt -2",
        """
Derivative(sigma(z), z)
= Derivative((1 + exp(-z))**(-1), z)   # definition
= -(1 + exp(-z))**(-3)*Derivative(1 + exp(-z), z)   # potenzregel
= (1 + exp(-z))**(-3)*exp(-z)   # kettenregel
""",
    ),
    WrongDerivation(
        "1a",
        "Sigmoid mit exp(z) statt exp(-z) eingesetzt",
        """
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(z)), z)   # definition
= -Derivative(1 + exp(z), z)/(1 + exp(z))**2   # quotientenregel
= -exp(z)/(1 + exp(z))**2   # summenregel, kettenregel
""",
    ),
    WrongDerivation(
        "1a",
        "Bruch falsch quadriert: (1 + e)^2 = 1 + e^2",
        """
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)   # Definition
= -Derivative(1 + exp(-z), z)/(1 + exp(-z))**2   # Quotientenregel
= exp(-z)/(1 + exp(-z))**2   # Kettenregel
= exp(-z)/(1 + exp(-2*z))   # Algebra
""",
    ),
    WrongDerivation(
        "1a",
        "Vorzeichen in der letzten Zeile: sigma(1 + sigma)",
        """
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)
= -Derivative(1 + exp(-z), z)/(1 + exp(-z))**2
= exp(-z)/(1 + exp(-z))**2
= 1/(1 + exp(-z)) * exp(-z)/(1 + exp(-z))
= sigma(z)*(1 + sigma(z))
""",
    ),
    WrongDerivation(
        "1a",
        "Ableitung von sigma als (1 - sigma)^2 gelesen",
        """
Derivative(sigma(z), z)
= Derivative(1/(1+exp(-z)), z)   # Definition
= -Derivative(1+exp(-z), z)/(1+exp(-z))**2   # Quotientenregel
= exp(-z)/(1+exp(-z))**2   # Summenregel, Kettenregel
= exp(-z)/(1+exp(-z))*exp(-z)/(1+exp(-z))   # Algebra
= (1-sigma(z))**2   # Definition
""",
    ),
    WrongDerivation(
        "1a",
        "1 - sigma mit falschem Zähler",
        """
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)   # definition
= -Derivative(1 + exp(-z), z)/(1 + exp(-z))**2   # quotientenregel
= exp(-z)/(1 + exp(-z))**2   # kettenregel
= sigma(z)*(exp(-z)/(1 + exp(-z)))   # definition
= sigma(z)*(sigma(z) - 1)   # algebra
""",
    ),
    WrongDerivation(
        "1a",
        "Produktregel als Produkt der Ableitungen",
        """
Derivative(sigma(z), z)
= Derivative(exp(z) * (1 + exp(z))**(-1), z)   # Definition
= Derivative(exp(z), z) * Derivative((1 + exp(z))**(-1), z)   # Produktregel
= exp(z) * (-(1 + exp(z))**(-2) * exp(z))   # Kettenregel, Potenzregel
""",
    ),
    WrongDerivation(
        "1a",
        "Summanden im Bruch einzeln gekürzt",
        """
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)                                                   # Definition
= Derivative(1 + 1/exp(-z), z)                                                     # Algebra
= Derivative(1 + exp(z), z)                                                        # Algebra
= exp(z)                                                                           # Summenregel, Kettenregel
""",
    ),
    WrongDerivation(
        "1a",
        "Nenner vergessen beim Ableiten des Quotienten",
        """
Derivative(sigma(z), z)
= Derivative(exp(z)/(1 + exp(z)), z)   # Definition
= Derivative(exp(z), z)*(1 + exp(z)) - exp(z)*Derivative(1 + exp(z), z)   # Quotientenregel
= exp(z)*(1 + exp(z)) - exp(z)*exp(z)   # Kettenregel
= exp(z)   # Algebra
""",
    ),
    WrongDerivation(
        "1a",
        "innere Ableitung von exp(-z) als -z",
        """
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)
= -Derivative(exp(-z), z)/(1 + exp(-z))**2
= -(-z)*exp(-z)/(1 + exp(-z))**2
""",
    ),
    WrongDerivation(
        "1a",
        "Produktregel: nur ein Summand",
        """
Derivative(sigma(z), z)
= Derivative(exp(z)*(1+exp(z))**(-1), z)   # Definition
= Derivative(exp(z), z)*(1+exp(z))**(-1)   # Produktregel
= exp(z)*(1+exp(z))**(-1)   # Kettenregel
= sigma(z)   # Definition
""",
    ),
    WrongDerivation(
        "1a",
        "Ableitung der Eins ist 1 statt 0",
        """
Derivative(sigma(z), z)
= Derivative(1/(1+exp(-z)), z)   # Definition
= -Derivative(1+exp(-z), z)/(1+exp(-z))**2   # Kettenregel
= -(1+Derivative(exp(-z), z))/(1+exp(-z))**2   # Summenregel
= -(1-exp(-z))/(1+exp(-z))**2   # Kettenregel
""",
    ),
    WrongDerivation(
        "1a",
        "Quotientenregel ohne Minus: Zähler addiert",
        """
Derivative(sigma(z), z)
= Derivative(exp(z)/(1 + exp(z)), z)   # Definition
= (Derivative(exp(z), z) * (1 + exp(z)) + exp(z) * Derivative(1 + exp(z), z))/(1 + exp(z))**2   # Quotientenregel
= (exp(z) * (1 + exp(z)) + exp(z) * exp(z))/(1 + exp(z))**2   # Summenregel, Kettenregel
""",
    ),
    WrongDerivation(
        "1a",
        "Algebra: exp(-z)/(1 + exp(-z)) für sigma gehalten",
        """
Derivative(sigma(z), z)
= Derivative(1/(1 + exp(-z)), z)   # Definition
= -Derivative(1 + exp(-z), z)/(1 + exp(-z))**2   # Quotientenregel
= exp(-z)/(1 + exp(-z))**2   # Summenregel, Kettenregel
= sigma(z) * sigma(z)   # Definition
""",
    ),
    WrongDerivation(
        "1b",
        "innere Ableitung von S nach der Potenzregel vergessen",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])*S**(-1), z[j])   # Definition
= Derivative(exp(z[i]), z[j])*S**(-1) + exp(z[i])*Derivative(S**(-1), z[j])   # Produktregel
= kron(i, j)*exp(z[i])*S**(-1) - exp(z[i])*S**(-2)   # Kettenregel, Potenzregel
""",
    ),
    WrongDerivation(
        "1b",
        "Log-Ansatz: Ableitung von log S ohne 1/S",
        """
Derivative(a[i], z[j])
= a[i]*Derivative(log(a[i]), z[j])   # kettenregel
= a[i]*Derivative(z[i] - log(S), z[j])   # definition
= a[i]*(kron(i, j) - Derivative(log(S), z[j]))   # summenregel, kronecker
= a[i]*(kron(i, j) - Derivative(S, z[j]))   # kettenregel
= a[i]*(kron(i, j) - exp(z[j]))   # summenregel, kettenregel
""",
    ),
    WrongDerivation(
        "1b",
        "beim Kürzen ein S zu viel",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])   # Definition
= (Derivative(exp(z[i]), z[j])*S-exp(z[i])*Derivative(S, z[j]))/S**2   # Quotientenregel
= (kron(i, j)*exp(z[i])*S-exp(z[i])*exp(z[j]))/S**2   # Kettenregel, Kronecker
= kron(i, j)*exp(z[i])-exp(z[i])/S*exp(z[j])/S   # Algebra
= kron(i, j)*exp(z[i])-a[i]*a[j]   # Definition
""",
    ),
    WrongDerivation(
        "1b",
        "1 - Kronecker statt Kronecker",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])
= (Derivative(exp(z[i]), z[j])*S - exp(z[i])*Derivative(S, z[j]))/S**2   # Quotientenregel
= ((1 - kron(i, j))*exp(z[i])*S - exp(z[i])*exp(z[j]))/S**2   # Kettenregel, Kronecker
""",
    ),
    WrongDerivation(
        "1b",
        "exp(z_i)*exp(z_j) zu exp(z_i*z_j) zusammengefasst",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])   # Definition
= (Derivative(exp(z[i]), z[j])*S-exp(z[i])*Derivative(S, z[j]))/S**2   # Quotientenregel
= (exp(z[i])*kron(i, j)*S-exp(z[i])*exp(z[j]))/S**2   # Kettenregel, Kronecker
= (exp(z[i])*kron(i, j)*S-exp(z[i]*z[j]))/S**2   # Algebra
""",
    ),
    WrongDerivation(
        "1b",
        "dS/dz_j mit exp(z_i) statt exp(z_j)",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])
= (Derivative(exp(z[i]), z[j])*S - exp(z[i])*Derivative(S, z[j]))/S**2
= (exp(z[i])*kron(i, j)*S - exp(z[i])*exp(z[i]))/S**2
= a[i]*(kron(i, j) - a[i])
""",
    ),
    WrongDerivation(
        "1b",
        "Quotient der Ableitungen",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])
= Derivative(exp(z[i]), z[j])/Derivative(S, z[j])
= kron(i, j)*exp(z[i])/exp(z[j])
= kron(i, j)
""",
    ),
    WrongDerivation(
        "1b",
        "Quotientenregel mit Plus",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])                                                    # Def.
= (Derivative(exp(z[i]), z[j])*S + exp(z[i])*Derivative(S, z[j]))/S**2             # Quotientenregel
= (exp(z[i])*kron(i, j)*S + exp(z[i])*exp(z[j]))/S**2                              # Kettenregel, Kronecker
= a[i]*(kron(i, j) + a[j])                                                         # Algebra
""",
    ),
    WrongDerivation(
        "1b",
        "Zähler exp(z_j) statt exp(z_i) eingesetzt",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[j])/S, z[j])   # Definition
= (Derivative(exp(z[j]), z[j])*S - exp(z[j])*Derivative(S, z[j]))/S**2   # Quotientenregel
= (exp(z[j])*S - exp(z[j])**2)/S**2
= a[j]*(1 - a[j])   # Algebra
""",
    ),
    WrongDerivation(
        "1b",
        "Produkt statt Faktor: a_i vor a_j fehlt nach dem Kürzen",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])
= (Derivative(exp(z[i]), z[j])*S - exp(z[i])*Derivative(S, z[j]))/S**2
= (exp(z[i])*kron(i, j)*S - exp(z[i])*exp(z[j]))/S**2
= a[i]*kron(i, j) - a[j]
""",
    ),
    WrongDerivation(
        "1b",
        "Ableitung des Zählers ohne Kronecker",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])                                                    # Definition
= (Derivative(exp(z[i]), z[j])*S - exp(z[i])*Derivative(S, z[j]))/S**2             # Quotientenregel
= (exp(z[i])*S - exp(z[i])*exp(z[j]))/S**2                                         # Kettenregel
= a[i]*(1 - a[j])                                                                  # Algebra, Definition
""",
    ),
    WrongDerivation(
        "1b",
        "falsch ausgeklammert: a_j statt a_i vor dem Kronecker-Term und im zweiten",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])                                                    # Definition
= (Derivative(exp(z[i]), z[j])*S - exp(z[i])*Derivative(S, z[j]))/S**2             # Quotientenregel
= (exp(z[i])*kron(i, j)*S - exp(z[i])*exp(z[j]))/S**2                              # Kettenregel, Kronecker
= a[j]*(kron(i, j) - a[j])                                                         # Algebra, Definition
""",
    ),
    WrongDerivation(
        "1b",
        "Zählerableitung exp(z_i) verloren, nur Kronecker",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])
= (Derivative(exp(z[i]), z[j])*S - exp(z[i])*Derivative(S, z[j]))/S**2
= (kron(i, j)*S - exp(z[i])*exp(z[j]))/S**2
""",
    ),
    WrongDerivation(
        "1b",
        "S als Konstante behandelt",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])
= 1/S*Derivative(exp(z[i]), z[j])
= kron(i, j)*exp(z[i])/S
= kron(i, j)*a[i]   # Definition
""",
    ),
    WrongDerivation(
        "1b",
        "Reihenfolge in der Quotientenregel vertauscht",
        """
Derivative(a[i], z[j])
= Derivative(exp(z[i])/S, z[j])   # Definition
= (exp(z[i])*Derivative(S, z[j]) - Derivative(exp(z[i]), z[j])*S)/S**2   # Quotientenregel
= (exp(z[i])*exp(z[j]) - kron(i, j)*exp(z[i])*S)/S**2   # Kettenregel
= a[i]*(a[j] - kron(i, j))   # Algebra
""",
    ),
    WrongDerivation(
        "1c",
        "nur dL/da_n * da_n/dz_n (Summe in der Kettenregel vergessen)",
        """
Derivative(loss, z[n])
= Derivative(loss, a[n])*Derivative(a[n], z[n])   # Kettenregel
= -y[n]/a[n]*Derivative(a[n], z[n])   # Definition, Kettenregel
= -y[n]/a[n]*a[n]*(1-a[n])   # 1b
= -y[n]*(1-a[n])   # Algebra
""",
    ),
    WrongDerivation(
        "1c",
        "Minuszeichen der Kreuzentropie vergessen",
        """
Derivative(loss, z[n])
= Derivative(Sum(y[i]*log(a[i]), (i, 1, N)), z[n])   # Definition
= Sum(y[i]*Derivative(log(a[i]), z[n]), (i, 1, N))   # Summenregel, Faktorregel
= Sum(y[i]/a[i]*Derivative(a[i], z[n]), (i, 1, N))   # Kettenregel
= Sum(y[i]*(kron(i, n) - a[n]), (i, 1, N))   # 1b
= y[n] - a[n]   # Kronecker, Voraussetzung
""",
    ),
    WrongDerivation(
        "1c",
        "log-Zerlegung: Vorzeichen von log S",
        """
Derivative(loss, z[n])
= -Sum(y[i]*Derivative(log(exp(z[i])/S), z[n]), (i, 1, N))   # definition, summenregel
= -Sum(y[i]*Derivative(z[i] + log(S), z[n]), (i, 1, N))   # algebra
= -Sum(y[i]*(kron(i, n) + Derivative(log(S), z[n])), (i, 1, N))   # summenregel, kronecker
= -Sum(y[i]*(kron(i, n) + exp(z[n])/S), (i, 1, N))   # kettenregel
""",
    ),
    WrongDerivation(
        "1c",
        "Produkt von Summen statt Summe von Produkten",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*log(a[i]), (i, 1, N)), z[n])   # definition
= -Sum(y[i]*Derivative(log(a[i]), z[n]), (i, 1, N))   # summenregel, faktorregel
= -Sum(y[i], (i, 1, N))*Sum(Derivative(log(a[i]), z[n]), (i, 1, N))   # algebra
= -Sum(Derivative(log(a[i]), z[n]), (i, 1, N))   # voraussetzung
""",
    ),
    WrongDerivation(
        "1c",
        "Minus am Ende verdreht",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i] * log(a[i]), (i, 1, N)), z[n])   # Definition
= -Sum(y[i] * Derivative(log(a[i]), z[n]), (i, 1, N))   # Summenregel, Faktorregel
= -Sum(y[i]/a[i] * Derivative(a[i], z[n]), (i, 1, N))   # Kettenregel
= -Sum(y[i] * (kron(i, n) - a[n]), (i, 1, N))   # 1b
= -(y[n] - a[n] * Sum(y[i], (i, 1, N)))   # Kronecker
= y[n] - a[n]   # Voraussetzung
""",
    ),
    WrongDerivation(
        "1c",
        "Ableitung von log S als 1 angesetzt",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*(z[i]-log(S)), (i, 1, N)), z[n])   # Definition, Algebra
= -Sum(y[i]*(Derivative(z[i], z[n])-Derivative(log(S), z[n])), (i, 1, N))   # Summenregel
= -Sum(y[i]*(kron(i, n)-Derivative(S, z[n])/S), (i, 1, N))   # Kettenregel, Kronecker
= -Sum(y[i]*(kron(i, n)-S/S), (i, 1, N))   # Kettenregel
= -y[n]+1   # Voraussetzung, Kronecker
""",
    ),
    WrongDerivation(
        "1c",
        "y und a in der Definition vertauscht",
        """
Derivative(loss, z[n])
= Derivative(-Sum(a[i]*log(y[i]), (i, 1, N)), z[n])   # Definition
= -Sum(log(y[i])*Derivative(a[i], z[n]), (i, 1, N))
= -Sum(log(y[i])*a[i]*(kron(i, n) - a[n]), (i, 1, N))   # 1b
""",
    ),
    WrongDerivation(
        "1c",
        "1b mit falschem Index: a_i statt a_n",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*log(a[i]), (i, 1, N)), z[n])   # Definition
= -Sum(y[i]*Derivative(log(a[i]), z[n]), (i, 1, N))   # Summenregel, Faktorregel
= -Sum(y[i]/a[i]*Derivative(a[i], z[n]), (i, 1, N))   # Kettenregel
= -Sum(y[i]/a[i]*a[i]*(kron(i, n) - a[i]), (i, 1, N))   # 1b
= -y[n] + Sum(y[i]*a[i], (i, 1, N))   # Kronecker
""",
    ),
    WrongDerivation(
        "1c",
        "Ableitung von log a als a",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*log(a[i]), (i, 1, N)), z[n])   # Definition
= -Sum(y[i]*Derivative(log(a[i]), z[n]), (i, 1, N))   # Summenregel, Faktorregel
= -Sum(y[i]*a[i]*Derivative(a[i], z[n]), (i, 1, N))   # Kettenregel
""",
    ),
    WrongDerivation(
        "1c",
        "quadratischer Fehler als Verlust",
        """
Derivative(loss, z[n])
= Derivative(Sum((a[i] - y[i])**2, (i, 1, N))/2, z[n])
= Sum((a[i] - y[i])*Derivative(a[i], z[n]), (i, 1, N))   # Summenregel, Potenzregel
= Sum((a[i] - y[i])*a[i]*(kron(i, n) - a[n]), (i, 1, N))   # 1b
""",
    ),
    WrongDerivation(
        "1c",
        "Minus vor der Summe nicht auf beide Summanden verteilt",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*log(a[i]), (i, 1, N)), z[n])   # Definition
= -Sum(y[i]*Derivative(log(a[i]), z[n]), (i, 1, N))   # Summenregel, Faktorregel
= -Sum(y[i]/a[i]*Derivative(a[i], z[n]), (i, 1, N))   # Kettenregel
= -Sum(y[i]*(kron(i, n)-a[n]), (i, 1, N))   # 1b
= -y[n]-a[n]*Sum(y[i], (i, 1, N))   # Kronecker, Algebra
= -y[n]-a[n]   # Voraussetzung
""",
    ),
    WrongDerivation(
        "1c",
        "a_n beim Herausziehen aus der Summe vergessen",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*log(a[i]), (i, 1, N)), z[n])   # definition
= -Sum(y[i]/a[i]*Derivative(a[i], z[n]), (i, 1, N))   # kettenregel, faktorregel
= -Sum(y[i]*(kron(i, n) - a[n]), (i, 1, N))   # 1b
= -Sum(y[i]*kron(i, n), (i, 1, N)) + Sum(y[i], (i, 1, N))   # algebra
= 1 - y[n]   # kronecker, voraussetzung
""",
    ),
    WrongDerivation(
        "1c",
        "1/a_i vergessen",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*log(a[i]), (i, 1, N)), z[n])   # Definition
= -Sum(y[i]*Derivative(log(a[i]), z[n]), (i, 1, N))   # Summenregel, Faktorregel
= -Sum(y[i]*Derivative(a[i], z[n]), (i, 1, N))   # Kettenregel
= -Sum(y[i]*a[i]*(kron(i, n) - a[n]), (i, 1, N))   # 1b
""",
    ),
    WrongDerivation(
        "1c",
        "log(exp(z)/S) = z/log(S)",
        """
Derivative(loss, z[n])
= Derivative(-Sum(y[i]*log(exp(z[i])/S), (i, 1, N)), z[n])
= Derivative(-Sum(y[i]*z[i]/log(S), (i, 1, N)), z[n])
""",
    ),
    WrongDerivation(
        "1c",
        "getrennte Summen: i = n doppelt gezählt",
        """
Derivative(loss, z[n])
= -Sum(y[i]/a[i]*Derivative(a[i], z[n]), (i, 1, N))                                # Definition, Kettenregel
= -y[n]*(1 - a[n]) - Sum(y[i]*(-a[n]), (i, 1, N))                                  # 1b
= -y[n] + y[n]*a[n] + a[n]*Sum(y[i], (i, 1, N))                                    # Algebra
= -y[n] + y[n]*a[n] + a[n]                                                         # Voraussetzung
""",
    ),
    WrongDerivation(
        "1d",
        "Vorzeichen beim Ausklammern",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(delta[L+1,m]*Derivative(Sum(w[L+1,k,m]*h(z[L,k]), (k, 1, N)) + b[L+1,m], z[L,n]), (m, 1, M))   # Definition
= Sum(delta[L+1,m]*w[L+1,n,m]*dh(z[L,n]), (m, 1, M))   # Summenregel, Kettenregel
= -dh(z[L,n])*Sum(delta[L+1,m]*w[L+1,n,m], (m, 1, M))   # Algebra
""",
    ),
    WrongDerivation(
        "1d",
        "Kettenregel über a: a_n statt w als Ableitung",
        """
Derivative(loss, z[L,n])
= Derivative(loss, a[L,n])*dh(z[L,n])   # Kettenregel
= dh(z[L,n])*Sum(delta[L+1,m]*Derivative(z[L+1,m], a[L,n]), (m, 1, M))   # Kettenregel
= dh(z[L,n])*Sum(delta[L+1,m]*a[L,n], (m, 1, M))   # Definition
""",
    ),
    WrongDerivation(
        "1d",
        "Sigmoid eingesetzt, obwohl h allgemein ist: h(1 - h)",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m] * Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(delta[L+1,m] * Derivative(Sum(w[L+1,k,m] * h(z[L,k]), (k, 1, N)) + b[L+1,m], z[L,n]),
      (m, 1, M))   # Definition
= Sum(delta[L+1,m] * w[L+1,n,m] * Derivative(h(z[L,n]), z[L,n]), (m, 1, M))   # Summenregel, Kronecker
= Sum(delta[L+1,m] * w[L+1,n,m] * h(z[L,n]) * (1 - h(z[L,n])), (m, 1, M))   # 1a
""",
    ),
    WrongDerivation(
        "1d",
        "Summe in Produkt zweier Summen zerlegt",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(delta[L+1,m]*w[L+1,n,m]*dh(z[L,n]), (m, 1, M))   # Definition, Kettenregel
= dh(z[L,n])*Sum(delta[L+1,m], (m, 1, M))*Sum(w[L+1,n,m], (m, 1, M))   # Algebra
""",
    ),
    WrongDerivation(
        "1d",
        "w auch nach z abgeleitet (Produktregel mit w' = 1)",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(Sum(w[L+1,k,m]*h(z[L,k]), (k, 1, N)) + b[L+1,m], z[L,n]),
      (m, 1, M))   # Kettenregel, Definition
= Sum(delta[L+1,m]*Sum(Derivative(w[L+1,k,m]*h(z[L,k]), z[L,n]), (k, 1, N)), (m, 1, M))   # Summenregel
= Sum(delta[L+1,m]*Sum(kron(k, n)*h(z[L,k]) + w[L+1,k,m]*dh(z[L,k])*kron(k, n), (k, 1, N)),
      (m, 1, M))   # Produktregel
= Sum(delta[L+1,m]*(h(z[L,n]) + w[L+1,n,m]*dh(z[L,n])), (m, 1, M))   # Kronecker
""",
    ),
    WrongDerivation(
        "1d",
        "Ableitung des Bias ist 1",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m] * Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(delta[L+1,m] * (Derivative(Sum(w[L+1,k,m] * a[L,k],
      (k, 1, N)), z[L,n]) + Derivative(b[L+1,m], z[L,n])), (m, 1, M))   # Definition, Summenregel
= Sum(delta[L+1,m] * (w[L+1,n,m] * dh(z[L,n]) + 1), (m, 1, M))   # Kettenregel, Kronecker
""",
    ),
    WrongDerivation(
        "1d",
        "h' vergessen",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(delta[L+1,m]*Derivative(Sum(w[L+1,k,m]*h(z[L,k]), (k, 1, N)) + b[L+1,m], z[L,n]), (m, 1, M))   # Definition
= Sum(delta[L+1,m]*w[L+1,n,m], (m, 1, M))   # Summenregel, Kronecker
""",
    ),
    WrongDerivation(
        "1d",
        "delta vergessen beim Einsetzen",
        """
Derivative(loss, z[L,n])
= Sum(Derivative(loss, z[L+1,m])*Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(Derivative(Sum(w[L+1,k,m]*h(z[L,k]), (k, 1, N))+b[L+1,m], z[L,n]), (m, 1, M))   # Definition
= Sum(w[L+1,n,m]*dh(z[L,n]), (m, 1, M))   # Kettenregel, Kronecker
= dh(z[L,n])*Sum(w[L+1,n,m], (m, 1, M))   # Algebra
""",
    ),
    WrongDerivation(
        "1d",
        "h' am Funktionswert statt an z ausgewertet",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))
= Sum(delta[L+1,m]*Derivative(Sum(w[L+1,k,m]*a[L,k], (k, 1, N)) + b[L+1,m], z[L,n]), (m, 1, M))
= Sum(delta[L+1,m]*w[L+1,n,m]*dh(a[L,n]), (m, 1, M))
""",
    ),
    WrongDerivation(
        "1d",
        "Aktivierung vergessen: z^{L+1} mit z statt h(z)",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(delta[L+1,m]*Derivative(Sum(w[L+1,k,m]*z[L,k], (k, 1, N)) + b[L+1,m], z[L,n]), (m, 1, M))   # Definition
= Sum(delta[L+1,m]*Sum(w[L+1,k,m]*kron(k, n), (k, 1, N)), (m, 1, M))   # Summenregel, Kronecker
= Sum(delta[L+1,m]*w[L+1,n,m], (m, 1, M))   # Kronecker
""",
    ),
    WrongDerivation(
        "1d",
        "delta^{L+1} aus der Summe gezogen, obwohl es von m abhängt",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m]*Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(delta[L+1,m]*w[L+1,n,m]*dh(z[L,n]), (m, 1, M))   # Definition, Kettenregel
= delta[L+1,n]*dh(z[L,n])*Sum(w[L+1,n,m], (m, 1, M))   # Faktorregel
""",
    ),
    WrongDerivation(
        "1d",
        "beim Ausklammern M-mal gezählt",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m] * Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(delta[L+1,m] * w[L+1,n,m] * dh(z[L,n]), (m, 1, M))   # Definition, Kettenregel
= M * dh(z[L,n]) * Sum(delta[L+1,m] * w[L+1,n,m], (m, 1, M))   # Algebra
""",
    ),
    WrongDerivation(
        "1d",
        "Gewicht der Schicht L statt L+1",
        """
Derivative(loss, z[L,n])
= Sum(delta[L+1,m] * Derivative(z[L+1,m], z[L,n]), (m, 1, M))   # Kettenregel
= Sum(delta[L+1,m] * Derivative(Sum(w[L,k,m] * h(z[L,k]), (k, 1, N)) + b[L+1,m], z[L,n]), (m, 1, M))   # Definition
= Sum(delta[L+1,m] * w[L,n,m] * dh(z[L,n]), (m, 1, M))   # Summenregel, Kettenregel
""",
    ),
    WrongDerivation(
        "1d",
        "Summe über die Schicht L+1 vergessen",
        """
Derivative(loss, z[L,n])
= delta[L+1,n]*Derivative(z[L+1,n], z[L,n])
= delta[L+1,n]*Derivative(Sum(w[L+1,k,n]*h(z[L,k]), (k, 1, N)) + b[L+1,n], z[L,n])
= delta[L+1,n]*w[L+1,n,n]*dh(z[L,n])
""",
    ),
    WrongDerivation(
        "1d",
        "Kettenregel über a: h' vergessen",
        """
Derivative(loss, z[L,n])
= Derivative(loss, a[L,n]) * Derivative(a[L,n], z[L,n])   # Kettenregel
= Derivative(loss, a[L,n]) * 1   # Kettenregel
= Sum(delta[L+1,m] * Derivative(z[L+1,m], a[L,n]), (m, 1, M))   # Kettenregel
= Sum(delta[L+1,m] * w[L+1,n,m], (m, 1, M))   # Definition, Kronecker
""",
    ),
]
